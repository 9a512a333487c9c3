/**
 * The commands that wait for one live actor, in the order in which they came.
 *
 * @module
 */
import type { Effect } from "../../actors/behavior.ts";
import { type Delivery, effectOf } from "./delivery.ts";

/** What waits for one actor. */
export class Inbox {
  /** They go before all others. */
  readonly #early = new Set<Delivery>();
  readonly #deliveries = new Set<Delivery>();

  /** How many wait. */
  get size(): number {
    return this.#early.size + this.#deliveries.size;
  }

  /** The ids of those that wait. */
  get ids(): readonly string[] {
    return Array.from(this.#all(), ({ id }) => id);
  }

  /** Whether rows of the durable mailbox wait. */
  get hasRows(): boolean {
    return this.#all().some(({ origin }) => origin === "mailbox");
  }

  /**
   * Adds one. One that is on its way already, and that nobody waits for, is not taken twice.
   *
   * @param early whether it waited before all that is here
   */
  add(delivery: Delivery, early = false): void {
    if (delivery.origin !== "direct" && this.ids.includes(delivery.id)) return;
    (early ? this.#early : this.#deliveries).add(delivery);
  }

  /** The first ones. */
  first(count: number): readonly Delivery[] {
    return this.#all().take(count).toArray();
  }

  /** Takes one out: it is done with. */
  delete(delivery: Delivery): void {
    this.#early.delete(delivery);
    this.#deliveries.delete(delivery);
  }

  /** Tells the senders of direct commands that these were not done. */
  failDirect(error: unknown): void {
    for (const delivery of this.#deliveries) {
      if (delivery.origin === "direct") this.fail(delivery, error);
    }
  }

  /** Tells everybody. */
  failAll(error: unknown, except: ReadonlySet<Delivery> = new Set()): void {
    for (const delivery of this.#all()) {
      if (!except.has(delivery)) this.fail(delivery, error);
    }
  }

  /** Tells a sender that its command was not done. */
  fail(delivery: Delivery, error: unknown): void {
    this.delete(delivery);
    delivery.fail(error);
  }

  /** Drops ends of effects that are not owed any more: a commit reported as failed had them. */
  keepEnds(owed: readonly Effect[]): void {
    const ids = new Set(owed.map((effect) => effect.id));
    for (const delivery of this.#deliveries) {
      if (delivery.origin === "effect" && !ids.has(effectOf(delivery))) this.delete(delivery);
    }
  }

  /** In their order, one by one: a step looks at the first few of perhaps a thousand. */
  *#all(): Generator<Delivery> {
    yield* this.#early;
    yield* this.#deliveries;
  }
}
