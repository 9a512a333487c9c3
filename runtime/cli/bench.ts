/**
 * `synapse bench`: how many durable turns this machine does on the configured services.
 *
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import type { CommitCount } from "../capacity/commit_count.ts";
import type { TurnFigures } from "../capacity/turns.ts";
import type { RunningEngine } from "../compose.ts";
import type { Config } from "../config.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { EXIT } from "./exit_code.ts";
import { duration, teach } from "./help.ts";
import { readConfig } from "./load_config.ts";
import { formatTable } from "./table.ts";

/** How long the streams may take to be reached, in milliseconds. */
const CONNECT_MS = 5000;

/** Milliseconds between two looks at them. */
const POLL_MS = 20;

interface BenchOptions {
  readonly config?: string;
  readonly sessions: readonly number[];
  /** Milliseconds. */
  readonly for: number;
}

/** The command. */
export function benchCommand(cli: Cli): Command {
  return teach("bench", "Measure how many durable turns this machine does on your services", [
    "bench",
    "bench --sessions 1,16,64,256 --for 10s",
    "bench --config config.yaml --json",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .option("--sessions <list>", "how many have a turn at once, run by run", counts, [1, 16, 64])
    .option("--for <duration>", "how long each run takes", someTime, 5000)
    .action((options) => bench(cli, options));
}

/** Reads an option that is a list of whole numbers above 0. */
function counts(text: string): number[] {
  const values = text.split(",").map((part) => /^\d{1,5}$/.test(part) ? Number(part) : 0);
  if (values.some((value) => value < 1)) {
    throw new InvalidArgumentError("Wanted whole numbers above 0, such as 1,16,64");
  }
  return values;
}

/** Reads an option that is a duration of more than nothing. @returns milliseconds */
function someTime(text: string): number {
  const ms = duration(text);
  if (ms === 0) throw new InvalidArgumentError("Wanted a duration above 0, such as 500ms or 5s");
  return ms;
}

async function bench(cli: Cli, options: BenchOptions): Promise<void> {
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: options.config });
  const [{ makeThrowaway }, { CommitCount }] = await Promise.all([
    import("../compose/throwaway.ts"),
    import("../capacity/commit_count.ts"),
  ]);
  let interrupted = false;
  const interrupt = () => void (interrupted = true);
  const off = (["SIGINT", "SIGTERM"] as const).map((name) => cli.world.onSignal(name, interrupt));
  try {
    await using place = await makeThrowaway(config, cli.world);
    const count = new CommitCount();
    await using engine = await start(cli, place.config, count);
    await requireStreams(engine, CONNECT_MS);
    const results: TurnFigures[] = [];
    for (const sessions of options.sessions) {
      if (interrupted) break;
      if (cli.terminal.watched) cli.terminal.note(`${sessions} at once…`);
      const stopped = () => interrupted;
      results.push(await runOnce(engine, { count, sessions, ms: options.for, stopped }));
      // Figures from before it went are no measurement either: nobody knows which those are.
      await requireStreams(engine, 0);
    }
    if (interrupted) cli.exit = EXIT.interrupted;
    const report = { ...placesOf(config), run_ms: options.for, results };
    cli.show(report, () => describe(report));
  } finally {
    for (const remove of off) remove();
  }
}

async function start(cli: Cli, config: Config, count: CommitCount): Promise<RunningEngine> {
  const [{ startEngine }, { silentLogger }] = await Promise.all([
    import("../compose.ts"),
    import("../telemetry/silent.ts"),
  ]);
  return await startEngine(config, {
    log: silentLogger,
    env: cli.world.env,
    wrapJournal: count.wrap,
  });
}

/**
 * Waits until the streams carry: without them an engine works as well, and what is measured then is
 * something else than what was configured.
 *
 * @throws {CliError} if they do not within so many milliseconds
 */
async function requireStreams({ streams, clock }: RunningEngine, wait_ms: number): Promise<void> {
  const end = clock.monotonic() + wait_ms;
  while (streams.trouble() !== null && clock.monotonic() < end) await clock.sleep(POLL_MS);
  const trouble = streams.trouble();
  if (trouble === null) return;
  throw new CliError(`Nothing was measured: ${trouble}`, {
    exit: EXIT.failed,
    code: "streams_unavailable",
    hint: "See `synapse doctor`; without REDIS_URL the streams are in the process",
  });
}

interface Run {
  readonly count: CommitCount;
  readonly sessions: number;
  readonly ms: number;
  /** Whether somebody wants to have it over. */
  readonly stopped: () => boolean;
}

/** Runs new sessions for that long. */
async function runOnce(
  engine: RunningEngine,
  { count, sessions, ms, stopped }: Run,
): Promise<TurnFigures> {
  const { createSession, measureTurns } = await import("../capacity/turns.ts");
  const addresses = Array.from({ length: sessions }, () => ({
    tenant: "bench",
    type: "session",
    id: engine.entropy.id("ses"),
  }));
  await Promise.all(addresses.map((address) => createSession(engine, address)));
  let until: number | null = null;
  const more = () => {
    until ??= engine.clock.monotonic() + ms;
    return !stopped() && engine.clock.monotonic() < until;
  };
  return await measureTurns(engine, { addresses, count, more });
}

/** Where it ran, for people: nothing secret. */
function placesOf({ journal, redis }: Config): { journal: string; streams: string } {
  return {
    journal: journal.kind === "sqlite" ? "SQLite" : "Postgres",
    streams: redis === null ? "in the process" : "Redis",
  };
}

function describe({ journal, streams, results }: {
  readonly journal: string;
  readonly streams: string;
  readonly results: readonly TurnFigures[];
}): string {
  const table = formatTable(
    ["SESSIONS", "TURNS/S", "P50 MS", "P99 MS", "COMMITS/TURN", "BATCH", "CPU MS/TURN"],
    results.map((run) => [
      run.sessions,
      run.turns_per_second,
      run.p50_ms,
      run.p99_ms,
      run.commits_per_turn,
      run.mean_batch,
      run.cpu_ms_per_turn,
    ]),
  );
  return `Journal: ${journal}; streams: ${streams}\n\n${table}\n\n` +
    "A turn is a message, a skill call and two answers of the demo model, each step durable before\n" +
    "the next. One engine ran in this process; what it wrote is deleted again.";
}
