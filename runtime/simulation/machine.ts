/**
 * A machine that runs one node and, as a supervisor does, starts it again when it ends.
 *
 * @module
 */
import type { Journal } from "../journal/port.ts";
import type { MakeEngine, SimulatedEngine } from "./engine_parts.ts";
import type { EffectWorld } from "./effect_world.ts";
import { Process } from "./process.ts";
import { createTracingLog, type Defect } from "./tracing_log.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { Trace } from "./trace.ts";
import type { VirtualRedis } from "./virtual_streams.ts";
import type { Weather } from "./faults.ts";

/** What the machines of a world share. */
export interface MachineOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly redis: VirtualRedis;
  readonly effects: EffectWorld;
  /** Opens a process's connection to the journal. */
  readonly connect: (process: Process) => Journal;
  readonly makeEngine: MakeEngine;
  /** The weight of a node's next start. */
  readonly weigh: (node: string) => number;
  /** Hears of errors in the log that no fault explains, and of what a node must never do. */
  readonly onDefect: (defect: Defect) => void;
}

/** A process with its engine. */
export interface Running {
  readonly process: Process;
  readonly engine: SimulatedEngine;
  /** Whether it has started, so that it takes requests. */
  ready: boolean;
  /** Whether it was told to stop. */
  stopping: boolean;
}

/** How long until an ended process is started again, in milliseconds: at most in a storm, and in calm. */
const RESTART_MS_MAX = 6_000;
const CALM_RESTART_MS = 100;

/** How long a process may take to stop before it is killed, in milliseconds. */
const KILL_MS = 30_000;

/** How soon a node is ended that found another process under its id, as the program does, in milliseconds. */
const SUPERSEDED_MS = 1_000;

/** What such a node says of itself. */
const SUPERSEDED = /another process runs under this node's id/;

/** How long a process whose place was taken lives on when it wakes, in milliseconds. */
const ZOMBIE_MS = 4_000;

/** One machine. */
export class Machine {
  readonly id: string;
  readonly #options: MachineOptions;
  #current: Running | null = null;
  #starts = 0;
  /** Whether an ended process is left alone. */
  #off = false;

  constructor(id: string, options: MachineOptions) {
    this.id = id;
    this.#options = options;
  }

  /** What runs here now, if anything does. */
  get current(): Running | null {
    return this.#current;
  }

  /** Starts a process. */
  boot(): void {
    const { random, effects, redis, connect, makeEngine, onDefect, trace, weigh } = this.#options;
    const incarnation = `${this.id}.${++this.#starts}`;
    const process = new Process({
      ...this.#options,
      node: this.id,
      incarnation,
      random: random.fork(incarnation),
      onEnd: (ended) => this.#ended(ended),
    });
    const weight = weigh(this.id);
    const journal = connect(process);
    const engine = makeEngine({
      node: this.id,
      incarnation,
      weight,
      journal: weight > 0 ? journal : withoutPartitions(journal, incarnation, onDefect),
      streams: redis.connect(process),
      handlers: effects.handlers(process),
      clock: process.clock,
      entropy: process.entropy,
      log: createTracingLog(incarnation, trace, onDefect),
    });
    const running: Running = { process, engine, ready: false, stopping: false };
    this.#current = running;
    trace.note(incarnation, `starts with the weight ${weight}`);
    void this.#supervise(running);
    process.later(0, () =>
      void engine.start().then(
        () => void (running.ready = true),
        (error) => process.end(`cannot start: ${error}`),
      ));
  }

  /** Kills the process at one of its next waits. */
  crash(): void {
    this.#current?.process.dieAfter(this.#options.random.integer(1, 40));
  }

  /** Has the process stand still. */
  pause(ms: number): void {
    this.#current?.process.freeze(ms);
  }

  /** Has the process stand still, and starts another one of the same name meanwhile. */
  replace(ms: number): void {
    const { scheduler } = this.#options;
    const old = this.#current?.process;
    if (!old) return;
    old.freeze(ms);
    scheduler.after(
      ms + ZOMBIE_MS,
      null,
      () => old.end("is killed as somebody who lived too long"),
    );
    this.boot();
  }

  /** SIGTERM. Resolves when the process has ended. */
  async stop(): Promise<void> {
    const running = this.#current;
    if (!running || running.stopping || !running.ready) return;
    running.stopping = true;
    const { process, engine } = running;
    this.#options.trace.note(process.incarnation, "is told to stop");
    const { scheduler } = this.#options;
    scheduler.after(KILL_MS, null, () => process.end("is killed: it did not stop in time"));
    await process.request(() => engine.stop(), KILL_MS);
    process.end("stopped");
  }

  /** Stops for good. Returns whether the process ended by itself. */
  async shutDown(): Promise<boolean> {
    this.#off = true;
    const running = this.#current;
    if (!running) return true;
    // One that was told before is waited for, however it fares: it may stand still.
    const { stopping } = running;
    const outcome = await running.process.request(() => running.engine.stop(), KILL_MS);
    running.process.end("stopped for good");
    return stopping || outcome.kind === "answer";
  }

  async #supervise({ process, engine }: Running): Promise<void> {
    while (process.alive) {
      await this.#options.scheduler.sleep(SUPERSEDED_MS);
      if (SUPERSEDED.test(engine.trouble() ?? "")) process.end("ends: its id is another's");
    }
  }

  #ended(process: Process): void {
    if (this.#current?.process !== process) return;
    this.#current = null;
    if (this.#off) return;
    const { scheduler, weather, random } = this.#options;
    const ms = weather.stormy ? random.between(10, RESTART_MS_MAX) : CALM_RESTART_MS;
    scheduler.after(ms, null, () => {
      if (!this.#current && !this.#off) this.boot();
    });
  }
}

/** The journal as a node has it that must not take partitions. */
function withoutPartitions(
  journal: Journal,
  by: string,
  onDefect: MachineOptions["onDefect"],
): Journal {
  return {
    ...journal,
    acquire: (...args) => {
      onDefect({ by, message: `takes partitions ${args[1]} with the weight 0` });
      return journal.acquire(...args);
    },
  };
}
