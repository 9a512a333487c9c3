/**
 * One run: machines with real nodes, clients, a storm, a calm in which everything must finish, and an
 * orderly end.
 *
 * @module
 */
import { Client } from "./client.ts";
import { EffectWorld } from "./effect_world.ts";
import { type MakeEngine, realEngine } from "./engine_parts.ts";
import { broken, type Fault } from "./fault.ts";
import { drawPlan, drawWeight, Weather } from "./faults.ts";
import type { History } from "./history.ts";
import { Machine } from "./machine.ts";
import { ALL_SESSIONS, CREATE, type Operation } from "./operations.ts";
import { connectJournal } from "./remote_journal.ts";
import { Scheduler } from "./scheduler.ts";
import { SeededRandom } from "./seeded_random.ts";
import { calm, rage, type StormOptions } from "./storm.ts";
import { Trace } from "./trace.ts";
import { EPOCH_MS } from "./virtual_clock.ts";
import { VirtualJournal } from "./virtual_journal.ts";
import { VirtualRedis } from "./virtual_streams.ts";

/** What may be chosen of a run besides its seed. */
export interface WorldOptions {
  readonly seed: number;
  /** Resolves when everything that is ready has run: see {@link Scheduler}. */
  readonly settle: () => Promise<void>;
  /** The real engine unless given. */
  readonly makeEngine?: MakeEngine;
  /** See {@link VirtualJournal}. */
  readonly unfenced?: boolean;
}

const PARTITIONS = 6;
const CLIENTS = 6;

/** How long everything may take to finish after the storm, in milliseconds. */
const CALM_MS_MAX = 180_000;

/** How often it is looked whether everything is finished, in milliseconds. */
const LOOK_MS = 250;

/** How long the end of a run may take, in milliseconds. */
const END_MS_MAX = 60_000;

/** One run. */
export class World {
  readonly trace: Trace;
  readonly #options: WorldOptions;
  readonly #random: SeededRandom;
  readonly #scheduler: Scheduler;
  readonly #weather: Weather;
  readonly #journal: VirtualJournal;
  readonly #redis: VirtualRedis;
  readonly #effects: EffectWorld;
  readonly #machines: readonly Machine[];
  readonly #operations: Operation[] = [];
  /** What was noticed while it ran. */
  readonly #noticed: Fault[] = [];

  constructor(options: WorldOptions) {
    const { seed, settle, makeEngine = realEngine, unfenced = false } = options;
    const random = new SeededRandom(seed);
    const scheduler = new Scheduler(random.fork("scheduler"), settle);
    const trace = new Trace(() => scheduler.now);
    const weather = new Weather(drawPlan(random.fork("plan")), random.fork("weather"));
    const now = () => Math.floor(EPOCH_MS + scheduler.now);
    const journal = new VirtualJournal({ partitions: PARTITIONS, now, unfenced });
    const commits = () => journal.commits.length;
    const redis = new VirtualRedis({ scheduler, weather, commits });
    const effects = new EffectWorld({
      weather,
      trace,
      random: random.fork("effects"),
      commits,
      now: () => scheduler.now,
    });
    this.trace = trace;
    this.#options = options;
    this.#random = random;
    this.#scheduler = scheduler;
    this.#weather = weather;
    this.#journal = journal;
    this.#redis = redis;
    this.#effects = effects;
    const weights = random.fork("weights");
    const shared = {
      scheduler,
      weigh: (node: string) => drawWeight(weights, weather.plan, node === "n1"),
      random: random.fork("machines"),
      weather,
      trace,
      redis,
      effects,
      makeEngine,
      connect: (process: Parameters<typeof connectJournal>[0]["process"]) =>
        connectJournal({
          process,
          journal,
          weather,
          trace,
          onEarlyRelease: ({ partition }) =>
            this.#notice(
              `P11 ${process.incarnation} gives partition ${partition} back before its commits end`,
            ),
        }),
      onDefect: ({ by, message }: { by: string; message: string }) =>
        this.#notice(`defect: ${by}: ${message}`),
    };
    this.#machines = Array.from(
      { length: weather.plan.nodes },
      (_, i) => new Machine(`n${i + 1}`, shared),
    );
  }

  /** Lets it run to its end. */
  async run(): Promise<History> {
    const { stormy_ms } = this.#weather.plan;
    let over = false;
    let failure: unknown = null;
    const script = this.#script().catch((error) => {
      failure = error;
    }).finally(() => {
      over = true;
    });
    const limit_ms = stormy_ms + CALM_MS_MAX + END_MS_MAX;
    await this.#scheduler.run(() => over, limit_ms);
    if (!over) this.#notice("P9 the run does not come to its end");
    else await script;
    if (failure !== null) throw failure;
    return {
      seed: this.#options.seed,
      plan: this.#weather.plan,
      journal: this.#journal,
      operations: this.#operations,
      starts: this.#effects.starts,
      shown: this.#redis.shown,
      handedOn: this.#redis.handedOn,
      noticed: this.#noticed,
      simulated_ms: this.#scheduler.now,
      events: this.#scheduler.scheduled,
      digest: this.trace.digest(),
    };
  }

  async #script(): Promise<void> {
    const { stormy_ms } = this.#weather.plan;
    const storm: StormOptions = {
      scheduler: this.#scheduler,
      weather: this.#weather,
      trace: this.trace,
      redis: this.#redis,
      machines: this.#machines,
      random: this.#random.fork("storm"),
    };
    for (const machine of this.#machines) {
      // Some join the others late.
      const late_ms = storm.random.chance(0.25) ? storm.random.between(0, stormy_ms / 2) : 0;
      this.#scheduler.after(late_ms, null, () => machine.boot());
    }
    rage(storm);
    const clients = Array.from({ length: CLIENTS }, (_, i) => this.#client(`c${i + 1}`));
    const all = Promise.all([
      this.#createSessions(),
      ...clients.map((client) => client.run(() => this.#weather.stormy)),
    ]);
    let finished = false;
    void all.then(() => finished = true);
    void this.#decide();
    await this.#scheduler.sleep(stormy_ms);
    calm(storm);
    await this.#untilQuiet(() => finished);
    for (const ended of await Promise.all(this.#machines.map((machine) => machine.shutDown()))) {
      if (!ended) this.#notice("P11 a node that was told to stop in calm does not end");
    }
  }

  #client(name: string): Client {
    return new Client({
      name,
      scheduler: this.#scheduler,
      random: this.#random.fork(name),
      trace: this.trace,
      machines: this.#machines,
      record: this.#operations,
      onStrange: (who, error) => this.#notice(`defect: ${who} was told ${error}`),
    });
  }

  async #createSessions(): Promise<void> {
    const client = this.#client("owner");
    for (const address of ALL_SESSIONS) {
      await client.send({ mark: `create.${address.id}`, address, command: CREATE }, true);
    }
  }

  /** Decides on every question that sessions ask, for as long as the run lasts. */
  async #decide(): Promise<void> {
    const client = this.#client("person");
    const random = this.#random.fork("decisions");
    for (;;) {
      await this.#scheduler.sleep(random.between(10, 2000));
      const question = this.#journal.tables.questions.values()
        .find(({ status }) => status === "pending");
      if (!question) continue;
      const decision = random.pick(
        question.kind === "skill"
          ? ["approve", "approve", "deny"]
          : ["run_again", "treat_as_done", "fail"],
      );
      const { id, address } = question;
      const command = {
        type: "approval.decide",
        approval_id: id,
        decision,
        reason: null,
        by: "ann",
      };
      await client.send({ mark: `decide.${id}`, address, command }, true);
    }
  }

  /** Resolves when the clients are done and the journal owes nothing, or when that takes too long. */
  async #untilQuiet(finished: () => boolean): Promise<void> {
    const deadline = this.#scheduler.now + CALM_MS_MAX;
    while (this.#scheduler.now < deadline) {
      if (finished() && this.#unfinished().length === 0) return;
      await this.#scheduler.sleep(LOOK_MS);
    }
    const waiting = this.#operations.filter(({ id, known }) => id !== null && known === "unknown")
      .map(({ mark }) => `operation ${mark}`);
    for (const what of [...waiting, ...this.#unfinished()]) {
      this.#notice(`P9 ${what} is not finished`);
    }
  }

  /** What the journal says is still to be done. */
  #unfinished(): string[] {
    const { mailbox, actors, timers, questions, outbox } = this.#journal.tables;
    return [
      ...mailbox.values().filter(({ mark }) => mark === null).map(({ row }) => `command ${row.id}`),
      ...actors.values().filter(({ owed }) => owed).map(({ record }) =>
        `an effect of ${record.address.id}`
      ),
      ...outbox.values().map(({ position }) => `handing on of commit ${position}`),
      ...timers.values().map(({ name, address }) => `timer ${name} of ${address.id}`),
      ...questions.values().filter(({ status }) => status === "pending").map(({ id }) =>
        `question ${id}`
      ),
    ];
  }

  #notice(what: string): void {
    this.trace.note("check", what);
    this.#noticed.push(broken(what, this.#scheduler.now));
  }
}
