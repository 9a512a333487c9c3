/**
 * What may go wrong in a run, and how often: drawn from the seed, so that runs differ in kind and not
 * only in order. When the weather is calm, nothing goes wrong.
 *
 * @module
 */
import { JournalUnavailable } from "../journal/port.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** The faults of one run. Chances are for each call or message; means are of milliseconds between two. */
export interface FaultPlan {
  readonly nodes: number;
  /** How long things go wrong, in milliseconds. */
  readonly stormy_ms: number;
  /** How long a hop takes, in milliseconds, mostly. */
  readonly hop_ms: number;
  /** A hop that takes seconds. */
  readonly slow_hop: number;
  /** The journal refuses, and it is certain that it did nothing. */
  readonly refused: number;
  /** The connection breaks before the journal has done anything. */
  readonly lost: number;
  /** The connection breaks after the journal has done it. */
  readonly unknown: number;
  /** The connection breaks, and the journal does it later all the same. */
  readonly late: number;
  readonly notice_lost: number;
  readonly notice_twice: number;
  readonly notice_late: number;
  /** How far a node's clock may be off, in milliseconds. */
  readonly skew_ms: number;
  /** Models and skills that fail. */
  readonly effect_fails: number;
  /** How long an effect takes at most, in milliseconds. */
  readonly effect_ms: number;
  readonly crash_mean_ms: number;
  readonly pause_mean_ms: number;
  readonly stop_mean_ms: number;
  /** A process is started again while the one before it, of the same name, only stands still. */
  readonly twin_mean_ms: number;
  readonly redis_mean_ms: number;
  readonly outage_mean_ms: number;
  /** Whether all nodes have the same weight; else each start of one has a weight of its own. */
  readonly even: boolean;
}

/** Draws the faults of a run. */
export function drawPlan(random: SeededRandom): FaultPlan {
  /** A fault that this run has with that probability, then of a strength up to `most`. */
  const maybe = (probability: number, most: number) =>
    random.chance(probability) ? random.between(most / 10, most) : 0;
  const every = (probability: number, shortest_ms: number) =>
    random.chance(probability) ? random.between(shortest_ms, 5 * shortest_ms) : Infinity;
  return {
    nodes: random.integer(1, 4),
    stormy_ms: random.between(10_000, 40_000),
    hop_ms: random.pick([0.2, 1, 5]),
    slow_hop: maybe(0.4, 0.01),
    refused: maybe(0.5, 0.03),
    lost: maybe(0.5, 0.03),
    unknown: maybe(0.6, 0.04),
    late: maybe(0.5, 0.02),
    notice_lost: maybe(0.4, 0.3),
    notice_twice: maybe(0.5, 0.3),
    notice_late: maybe(0.4, 0.2),
    skew_ms: random.pick([0, 5, 2_000]),
    effect_fails: maybe(0.7, 0.2),
    effect_ms: random.pick([5, 300, 3_000]),
    crash_mean_ms: every(0.7, 1_500),
    pause_mean_ms: every(0.6, 1_500),
    stop_mean_ms: every(0.5, 2_000),
    twin_mean_ms: every(0.3, 4_000),
    redis_mean_ms: every(0.4, 3_000),
    outage_mean_ms: every(0.3, 4_000),
    even: random.chance(0.4),
  };
}

/** Weights of nodes that take partitions. */
const HEAVY = [0.5, 1, 1, 3];

/**
 * Draws the weight with which a node starts.
 *
 * @param takes whether it has to take partitions: nothing gets done where nobody does
 */
export function drawWeight(random: SeededRandom, { even }: FaultPlan, takes: boolean): number {
  if (even) return 1;
  return random.pick(takes ? HEAVY : [0, 0, ...HEAVY]);
}

/** How one call to the journal goes. */
export interface Journey {
  readonly there_ms: number;
  readonly back_ms: number;
  /** Whether the journal does it, and when, if that is after the caller was told of an error. */
  readonly done: "in time" | "late" | "never";
  readonly late_ms: number;
  readonly error: JournalUnavailable | null;
}

/** How long a slow hop, a late execution or a late notice takes at most, in milliseconds. */
const SLOW_MS_MAX = 6_000;

/** How long an effect takes in calm at most, in milliseconds. */
const CALM_EFFECT_MS_MAX = 20;

/** Decides over each call and message. */
export class Weather {
  readonly plan: FaultPlan;
  readonly #random: SeededRandom;
  /** Whether anything may go wrong. */
  stormy = true;
  /** Whether the journal is away, for everybody. */
  outage = false;

  constructor(plan: FaultPlan, random: SeededRandom) {
    this.plan = plan;
    this.#random = random;
  }

  /** How long a message takes, in milliseconds. */
  hop(): number {
    const { hop_ms, slow_hop } = this.plan;
    if (this.#strikes(slow_hop)) return this.#random.between(hop_ms, SLOW_MS_MAX);
    return this.#random.between(hop_ms / 10, hop_ms);
  }

  /** How a call to the journal goes. */
  journey(): Journey {
    const { refused, lost, unknown, late } = this.plan;
    const way = { there_ms: this.hop(), back_ms: this.hop(), late_ms: 0, error: null } as const;
    if (this.outage) {
      return { ...way, done: "never", error: broken("it is away", this.#random.chance(0.7)) };
    }
    if (this.#strikes(refused)) return { ...way, done: "never", error: broken("it refused", true) };
    if (this.#strikes(lost)) return { ...way, done: "never", error: broken("it was lost", false) };
    if (this.#strikes(unknown)) {
      return { ...way, done: "in time", error: broken("its answer was lost", false) };
    }
    if (this.#strikes(late)) {
      const late_ms = this.#random.between(0, SLOW_MS_MAX);
      return { ...way, done: "late", late_ms, error: broken("its answer was lost", false) };
    }
    return { ...way, done: "in time" };
  }

  /** How long each copy of a notice takes, in milliseconds; none if it is lost. */
  notice(): readonly number[] {
    const { notice_lost, notice_twice, notice_late } = this.plan;
    if (this.#strikes(notice_lost)) return [];
    const copies = this.#strikes(notice_twice) ? 2 : 1;
    return Array.from(
      { length: copies },
      () => this.hop() + (this.#strikes(notice_late) ? this.#random.between(0, SLOW_MS_MAX) : 0),
    );
  }

  /** How long an effect takes, in milliseconds. */
  effect(): { readonly ms: number; readonly fails: boolean } {
    const { effect_ms, effect_fails } = this.plan;
    // In calm they are fast, so that what waits for many of them is over soon.
    const most = this.stormy ? effect_ms : Math.min(effect_ms, CALM_EFFECT_MS_MAX);
    return { ms: this.#random.between(0, most), fails: this.#strikes(effect_fails) };
  }

  #strikes(probability: number): boolean {
    return this.stormy && this.#random.chance(probability);
  }
}

function broken(why: string, rolled_back: boolean): JournalUnavailable {
  return new JournalUnavailable(`Journal cannot be used: ${why}`, { rolled_back });
}
