/**
 * The commands that wait for one live actor, in the order in which they came.
 *
 * @module
 */
import type { Effect } from "../../actors/behavior.ts";
import { type Delivery, effectOf } from "./delivery.ts";

/** What waits for one actor. */
export class Inbox {
  readonly #deliveries = new Set<Delivery>();

  /** How many wait. */
  get size(): number {
    return this.#deliveries.size;
  }

  /** The ids of those that wait. */
  get ids(): readonly string[] {
    return Array.from(this.#deliveries, ({ id }) => id);
  }

  /** Whether rows of the durable mailbox wait. */
  get hasRows(): boolean {
    return this.#deliveries.values().some(({ origin }) => origin === "mailbox");
  }

  /** Adds one. One that is on its way already, and that nobody waits for, is not taken twice. */
  add(delivery: Delivery): void {
    if (delivery.origin !== "direct" && this.ids.includes(delivery.id)) return;
    this.#deliveries.add(delivery);
  }

  /**
   * The first ones. Rows go before direct commands, however late they were read: they were acknowledged
   * when they were written, so that a sender may have sent the direct one after them.
   */
  first(count: number): readonly Delivery[] {
    if (!this.hasRows) return this.#deliveries.values().take(count).toArray();
    const all = [...this.#deliveries];
    const end = all.findLastIndex(({ origin }) => origin === "mailbox") + 1;
    const { direct = [], stored = [] } = Object.groupBy(
      all.slice(0, end),
      ({ origin }) => origin === "direct" ? "direct" : "stored",
    );
    return [...stored, ...direct, ...all.slice(end)].slice(0, count);
  }

  /** Takes one out: it is done with. */
  delete(delivery: Delivery): void {
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
    for (const delivery of this.#deliveries) if (!except.has(delivery)) this.fail(delivery, error);
  }

  /** Tells a sender that its command was not done. */
  fail(delivery: Delivery, error: unknown): void {
    this.#deliveries.delete(delivery);
    delivery.fail(error);
  }

  /** Drops ends of effects that are not owed any more: a commit reported as failed had them. */
  keepEnds(owed: readonly Effect[]): void {
    const ids = new Set(owed.map((effect) => effect.id));
    for (const delivery of this.#deliveries) {
      if (delivery.origin === "effect" && !ids.has(effectOf(delivery))) this.delete(delivery);
    }
  }
}
