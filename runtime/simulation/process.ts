/**
 * A process of an operating system, as far as a node can tell: it has a clock and chance of its own,
 * calls others, is called, stands still, and dies at any of its waits.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { Journey, Weather } from "./faults.ts";
import type { Owner, Scheduler } from "./scheduler.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { Trace } from "./trace.ts";
import { createVirtualClock } from "./virtual_clock.ts";

/** What a process is made of. */
export interface ProcessOptions {
  /** The node's id, and the number of this start of it. */
  readonly node: string;
  readonly incarnation: string;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly weather: Weather;
  readonly trace: Trace;
  /** Hears that it ended. */
  readonly onEnd: (process: Process) => void;
}

/** How a request to a process ended, as its client sees it. */
export type Outcome<Result> =
  | { readonly kind: "answer"; readonly answer: Result }
  | { readonly kind: "error"; readonly error: unknown }
  /** Nobody knows whether it was done. */
  | { readonly kind: "silence" };

/** How soon the client of a process that died hears that the connection is gone, in milliseconds. */
const RESET_MS = 50;

/** One process. */
export class Process implements Owner {
  readonly node: string;
  readonly incarnation: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly random: SeededRandom;
  frozen_until = 0;
  #alive = true;
  /** At how many waits from now it dies. */
  #fuse = Infinity;
  readonly #options: ProcessOptions;
  readonly #requests = new Set<() => void>();

  constructor(options: ProcessOptions) {
    const { node, incarnation, scheduler, random, weather } = options;
    this.#options = options;
    this.node = node;
    this.incarnation = incarnation;
    this.random = random;
    const { skew_ms } = weather.plan;
    this.clock = createVirtualClock({
      scheduler,
      random: random.fork("clock"),
      owner: this,
      skew_ms: random.between(-skew_ms, skew_ms),
      gate: (what) => this.gate(what),
    });
    this.entropy = random.fork("entropy").entropy(() => this.clock.now());
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether it answers: it lives and does not stand still. */
  get running(): boolean {
    return this.#alive && this.frozen_until <= this.#options.scheduler.now;
  }

  /** Passes one wait: false if the process is dead, or dies at it. */
  gate(what: string): boolean {
    if (!this.#alive) return false;
    this.#fuse -= 1;
    if (this.#fuse > 0 || !this.#options.weather.stormy) return true;
    this.end(`dies at ${what}`);
    return false;
  }

  /** Has it die at one of its next waits. */
  dieAfter(waits: number): void {
    this.#fuse = Math.min(this.#fuse, waits);
  }

  /** Ends it here and now: it does nothing any more, and its clients hear of it. */
  end(how: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#options.trace.note(this.incarnation, how);
    for (const reset of this.#requests) this.#options.scheduler.after(RESET_MS, null, reset);
    this.#options.onEnd(this);
  }

  /** Has it stand still for that long. */
  freeze(ms: number): void {
    const { scheduler, trace } = this.#options;
    this.frozen_until = Math.max(this.frozen_until, scheduler.now + ms);
    trace.note(this.incarnation, `stands still for ${Math.round(ms)} ms`);
  }

  /** Has something happen in it after that many milliseconds. */
  later(ms: number, run: () => void): void {
    this.#options.scheduler.after(ms, this, run);
  }

  /**
   * Calls somebody else, who does his work whether or not this process lives to hear of it.
   *
   * @param journey how the call goes
   */
  call<Result>(what: string, journey: Journey, work: () => Promise<Result>): Promise<Result> {
    const { scheduler, trace } = this.#options;
    const { there_ms, back_ms, late_ms, done, error } = journey;
    return new Promise((resolve, reject) => {
      if (!this.gate(what)) return;
      const back = (end: () => void) => scheduler.after(back_ms, this, end);
      scheduler.after(there_ms, null, () => {
        if (error) {
          trace.note(this.incarnation, `${what} fails (${error.message}; done ${done})`);
          back(() => reject(error));
        }
        if (done === "never") return;
        if (done === "late") {
          return scheduler.after(late_ms, null, () => void work().catch(() => {}));
        }
        const [resolved, rejected] = error ? [() => {}, () => {}] : [resolve, reject];
        work().then((result) => back(() => resolved(result)), (why) => back(() => rejected(why)));
      });
    });
  }

  /** Is called by a client, who hears an answer, an error, or nothing. */
  request<Result>(work: () => Promise<Result>, patience_ms: number): Promise<Outcome<Result>> {
    const { scheduler, weather } = this.#options;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome<Result>) => {
        this.#requests.delete(reset);
        scheduler.after(weather.hop(), null, () => resolve(outcome));
      };
      const reset = () => settle({ kind: "silence" });
      if (!this.#alive) return reset();
      this.#requests.add(reset);
      scheduler.after(patience_ms, null, () => resolve({ kind: "silence" }));
      scheduler.after(weather.hop(), this, () =>
        work().then(
          (answer) => settle({ kind: "answer", answer }),
          (error) => settle({ kind: "error", error }),
        ));
    });
  }
}
