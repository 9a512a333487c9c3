/**
 * `synapse send`: one message, and its reply.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { ApiMessageAccepted, ApiMessageAnswered, ApiSession } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { apiPath, type Client } from "./client.ts";
import { EXIT } from "./exit_code.ts";
import { duration, teach } from "./help.ts";

/** The longest single wait that the node is asked for, in milliseconds. */
const WAIT_MS_MAX = 30_000;

/** Between two looks at a turn that waits for a person, in milliseconds. */
const WAITING_POLL_MS = 1000;

/** The command. */
export function sendCommand(cli: Cli): Command {
  return teach("send <content>", "Send one message, wait, and print the reply", [
    'send "What is 6 times 7?"',
    `send --session ses_1 '/call calculator {"expression":"6*7"}'`,
    "cat report.txt | synapse send - --timeout 10m",
    'send --no-wait "Take your time" --json',
  ])
    .option("--session <id>", "an existing session; a new one unless given")
    .option("--agent <name>", "the new session's agent; `assistant` unless given")
    .addOption(
      new Option("--on-busy <choice>", "what to do with it during a turn")
        .choices(["queue", "inject", "interrupt", "reject"]),
    )
    .option("--timeout <duration>", "how long to wait for the reply", duration, 300_000)
    .option("--no-wait", "do not wait: print the message's id")
    .action((content, options) => send(cli, content, options));
}

interface SendOptions {
  readonly session?: string;
  readonly agent?: string;
  readonly onBusy?: string;
  readonly timeout: number;
  readonly wait: boolean;
}

async function send(cli: Cli, argument: string, options: SendOptions): Promise<void> {
  const content = argument === "-" ? await cli.terminal.readInput() : argument;
  const client = cli.client();
  const session = options.session ?? await openSession(cli, client, options.agent);
  const body = { content, ...(options.onBusy ? { on_busy: options.onBusy } : {}) };
  const path = apiPath("sessions", session, "messages");
  if (!options.wait) {
    const accepted = await client.post<ApiMessageAccepted>(path, body);
    cli.show({ ...accepted, session }, () => accepted.id);
    return;
  }
  const answer = await untilAnswered(cli, client, { path, body, timeoutMs: options.timeout });
  if (cli.json) cli.printJson(answer);
  else if (answer.reply !== null) cli.print(answer.reply);
  if (answer.outcome === "completed") return;
  cli.exit = EXIT.failed;
  const why = answer.error === null ? "" : `: ${answer.error.message} (${answer.error.code})`;
  cli.terminal.note(`The turn ended as ${answer.outcome}${why}`);
}

/** Starts a session and returns its id. */
async function openSession(cli: Cli, client: Client, agent: string | undefined): Promise<string> {
  const { id } = await client.post<ApiSession>(apiPath("sessions"), agent ? { agent } : {});
  if (!cli.json) cli.terminal.note(`Session ${id}`);
  return id;
}

interface Question {
  readonly path: string;
  readonly body: unknown;
  readonly timeoutMs: number;
}

/**
 * Sends the message and waits for the end of its turn, also over a restart of the node: the request
 * is repeated with one key, and the node does what it asks only once.
 *
 * @throws {CliError} `timed_out`
 */
async function untilAnswered(
  cli: Cli,
  client: Client,
  { path, body, timeoutMs }: Question,
): Promise<ApiMessageAnswered> {
  const { clock } = cli.world;
  const end = clock.monotonic() + timeoutMs;
  const key = client.newKey();
  let announced = "";
  for (let known = false;; known = true) {
    const leftMs = end - clock.monotonic();
    const wait = `${Math.max(1, Math.ceil(Math.min(leftMs, WAIT_MS_MAX)))}ms`;
    const answer = await client.persist(
      () =>
        client.post<ApiMessageAccepted | ApiMessageAnswered>(path, body, { query: { wait }, key }),
      { known, onTrouble: () => checkTime(clock.monotonic() < end, timeoutMs) },
    );
    if ("outcome" in answer) return answer;
    const approvals = answer.approvals ?? [];
    if (approvals.length > 0 && announced !== approvals.join()) {
      announced = approvals.join();
      for (const id of approvals) {
        cli.terminal.note(`Waits for a decision: synapse approvals approve ${id} (or deny)`);
      }
    }
    checkTime(clock.monotonic() < end, timeoutMs);
    if (answer.status === "waiting") {
      await clock.sleep(Math.min(WAITING_POLL_MS, end - clock.monotonic()));
    }
  }
}

function checkTime(left: boolean, timeoutMs: number): void {
  if (left) return;
  throw new CliError(`The reply did not come within ${timeoutMs} ms`, {
    exit: EXIT.timedOut,
    code: "timed_out",
    hint: "The turn goes on: see `synapse sessions events`, or wait longer with --timeout",
  });
}
