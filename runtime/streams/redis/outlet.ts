/**
 * Sends what may be lost: soon or not at all.
 *
 * What comes while a command is under way travels with the next one, so that many entries cost little
 * more than one, and a lone one does not wait.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { Metrics } from "../../telemetry/port.ts";
import { type Addition, appendCommand, charsOf, mergeAdditions } from "./append.ts";
import type { Link, RedisArgument } from "./link.ts";

/** Entries that may wait; beyond it Redis is too slow, and they are dropped. */
const WAITING_MAX = 20_000;

/** Characters that may wait. */
const WAITING_CHARS_MAX = 33_554_432;

/** Entries of one command: it keeps Redis for some milliseconds. */
const BATCH = 400;

/** Characters of one command. */
const BATCH_CHARS = 1_048_576;

/** Other commands that may be under way. */
const UNDER_WAY_MAX = 20_000;

/** How long a closing node goes on sending what waits, in milliseconds. */
const SETTLE_MS = 200;

/** What is sent, as the metric `synapse_errors_total` names what was dropped. */
export type Freight = "live" | "notice" | "answer";

/** What the outlet needs. */
export interface OutletOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "errorsTotal">;
}

interface Waiting extends Addition {
  readonly freight: Freight;
  readonly chars: number;
}

/** Fire and forget, bounded. */
export class Outlet {
  readonly #options: OutletOptions;
  readonly #underWay = new Set<Promise<void>>();
  #waiting: Waiting[] = [];
  #entries = 0;
  #chars = 0;
  #sending = false;

  constructor(options: OutletOptions) {
    this.#options = options;
  }

  /** Adds entries to a stream; those for one stream stay in order. */
  append(freight: Freight, addition: Addition): void {
    const { entries } = addition;
    if (entries.length === 0) return;
    const chars = charsOf(entries);
    const full = this.#entries + entries.length > WAITING_MAX ||
      this.#chars + chars > WAITING_CHARS_MAX;
    if (full || !this.#options.link.up) return this.#drop(freight, entries.length);
    this.#waiting.push({ ...addition, freight, chars });
    this.#entries += entries.length;
    this.#chars += chars;
    if (this.#sending) return;
    this.#sending = true;
    this.#track(this.#send());
  }

  /** Sends any command whose answer nobody needs. */
  send(command: string, ...args: readonly RedisArgument[]): void {
    const { link } = this.#options;
    if (!link.up || this.#underWay.size >= UNDER_WAY_MAX) return;
    const sent = link.call(command, ...args);
    this.#track(sent.then(() => {}, (error) => link.refused(command, error)));
  }

  /** Resolves when nothing waits or is under way, or soon. */
  async settle(): Promise<void> {
    const patience = new AbortController();
    const late = this.#options.clock.sleep(SETTLE_MS, patience.signal);
    await Promise.race([Promise.all(this.#underWay), late]);
    patience.abort();
  }

  async #send(): Promise<void> {
    // Whatever else this tick brings goes along.
    await this.#options.clock.yield();
    while (this.#waiting.length > 0) await this.#add(this.#take());
    this.#sending = false;
  }

  async #add(batch: readonly Waiting[]): Promise<void> {
    const { link } = this.#options;
    const merged = mergeAdditions(batch);
    const commands = link.clustered ? merged.map((one) => [one]) : [merged];
    try {
      await Promise.all(commands.map((some) => link.call("EVAL", ...appendCommand(some))));
    } catch (error) {
      link.refused("XADD", error);
      for (const { freight, entries } of batch) this.#drop(freight, entries.length);
    }
  }

  #take(): readonly Waiting[] {
    let [count, entries, chars] = [0, 0, 0];
    for (const waiting of this.#waiting) {
      entries += waiting.entries.length;
      chars += waiting.chars;
      if (count > 0 && (entries > BATCH || chars > BATCH_CHARS)) break;
      count++;
      this.#entries -= waiting.entries.length;
      this.#chars -= waiting.chars;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }

  #track(work: Promise<void>): void {
    const tracked = work.then(() => void this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  #drop(freight: Freight, count: number): void {
    this.#options.metrics.errorsTotal.inc({ kind: `streams_${freight}_dropped` }, count);
  }
}
