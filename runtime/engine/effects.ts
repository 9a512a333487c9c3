/**
 * Makes what runs for one actor match what its state owes.
 *
 * E1  An effect starts only after the commit of the event that owes it.
 * E2  An effect is started at most once by one activation, until its result is in the journal.
 * E3  A `once` effect that is found owed when the actor is loaded is settled, never started: a
 *     process before this one may have started it.
 * E4  An effect that is no longer owed is aborted, and its result is dropped.
 * E5  An effect starts only while it is certain that no other node has the actor: one that was paused
 *     after its commit must not start what the next owner has settled.
 *
 * @module
 */
import type { Address, Effect } from "../../actors/behavior.ts";
import { invariant } from "../../actors/invariant.ts";
import type { Clock } from "../clock.ts";
import type { ConcurrencyLimit } from "../concurrency_limit.ts";
import type { LiveEntry, LiveEvents } from "../streams/port.ts";
import type { EffectHandler, EffectHandlers } from "./effect_handler.ts";

/** How often it is looked whether it is certain again, in milliseconds. */
const SURE_LOOK_MS = 50;

/** What the effects of an actor need. */
export interface EffectsOptions {
  readonly address: Address;
  readonly handlers: EffectHandlers;
  readonly live: LiveEvents;
  readonly clock: Clock;
  /** How many effects of a kind the whole node carries out at once. */
  readonly limit: (kind: string) => ConcurrencyLimit;
  /** Whether it is certain that no other node has the actor. */
  readonly isSure: () => boolean;
  /** The seq of the actor's last event. */
  readonly seq: () => number;
  /** Takes the command that an effect ended with. */
  readonly deliver: (effect: Effect, command: unknown) => void;
  /** Hears of a handler that cannot even say that its effect failed. */
  readonly onDefect: (error: unknown) => void;
}

interface Started {
  readonly effect: Effect;
  /** Null once it has ended. */
  readonly controller: AbortController | null;
  /** Whether its end could not be taken. */
  readonly refused?: true;
}

/** The effects of one actor. */
export class Effects {
  readonly #options: EffectsOptions;
  /** Started here, and still owed, also when it has ended, until its result is in the journal (E2). */
  readonly #started = new Map<string, Started>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: EffectsOptions) {
    this.#options = options;
  }

  /** Whether a `once` effect is under way: to start it twice is what must not happen. */
  get risks(): boolean {
    return this.#started.values().some(({ effect, controller }) =>
      controller !== null && effect.policy === "once"
    );
  }

  /** How many are owed and were started. */
  get size(): number {
    return this.#started.size;
  }

  /**
   * Starts what is newly owed and aborts what is no longer.
   *
   * @param loaded whether the actor was just loaded, so that others may have started these before
   */
  reconcile(owed: readonly Effect[], loaded: boolean): void {
    const ids = new Set(owed.map((effect) => effect.id));
    for (const [id, { controller }] of this.#started) {
      if (ids.has(id)) continue;
      this.#started.delete(id);
      controller?.abort();
    }
    for (const effect of owed) {
      if (!this.#started.has(effect.id)) this.#start(effect, loaded);
    }
  }

  /**
   * Ends an effect as failed whose real end the actor could not take, so that the actor goes on.
   * Once: if it cannot take that either, the effect stays owed.
   */
  refuse(id: string, error: unknown): void {
    const started = this.#started.get(id);
    if (!started || started.refused) return;
    this.#fail(started.effect, error);
    this.#started.set(id, { ...started, controller: null, refused: true });
  }

  /** Aborts everything and resolves when nothing runs any more. */
  async stop(): Promise<void> {
    for (const { controller } of this.#started.values()) controller?.abort();
    this.#started.clear();
    await Promise.all(this.#running);
  }

  #start(effect: Effect, loaded: boolean): void {
    const handler = this.#options.handlers[effect.kind];
    invariant(handler, `E0 there is a handler for effects of kind ${effect.kind}`);
    const controller = new AbortController();
    this.#started.set(effect.id, { effect, controller });
    const running = this.#carryOut(effect, handler, controller.signal, loaded)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #carryOut(
    effect: Effect,
    handler: EffectHandler,
    signal: AbortSignal,
    loaded: boolean,
  ): Promise<void> {
    const { address, limit } = this.#options;
    using slot = await limit(effect.kind).acquire(signal);
    if (!slot || !await this.#sure(signal)) return;
    const context = { address, signal, ...this.#pieces(loaded, signal) };
    let command: unknown;
    try {
      const settle = loaded && effect.policy === "once"; // E3
      command = await (settle ? handler.settle(effect, context) : handler.run(effect, context));
    } catch (error) {
      return this.#fail(effect, error);
    }
    if (signal.aborted) return; // E4
    this.#end(effect, command);
  }

  /** Waits until it is certain (E5). Returns whether it came to be, before the signal aborted. */
  async #sure(signal: AbortSignal): Promise<boolean> {
    const { isSure, clock } = this.#options;
    while (!signal.aborted && !isSure()) await clock.sleep(SURE_LOOK_MS, signal);
    return !signal.aborted;
  }

  #end(effect: Effect, command: unknown): void {
    this.#started.set(effect.id, { effect, controller: null });
    this.#options.deliver(effect, command);
  }

  #fail(effect: Effect, error: unknown): void {
    if (!this.#started.has(effect.id)) return; // E4
    const handler = this.#options.handlers[effect.kind];
    try {
      this.#end(effect, handler?.failed(effect, error));
    } catch (defect) {
      this.#options.onDefect(defect);
    }
  }

  /**
   * Numbers the pieces of an answer. An effect that another process may have started before begins
   * with a number that is higher than any used then, and tells watchers to forget what they have.
   */
  #pieces(loaded: boolean, signal: AbortSignal): { delta(text: string): void; reset(): void } {
    const { address, live, clock, seq } = this.#options;
    let n = loaded ? clock.now() * 1000 : 0;
    let first = true;
    const publish = (entry: (cursor: { seq: number; n: number }) => LiveEntry) => {
      if (!signal.aborted) live.publish(address, [entry({ seq: seq(), n: ++n })]);
    };
    const reset = () => {
      first = true;
      publish((cursor) => ({ kind: "reset", cursor }));
    };
    return {
      delta: (text) => {
        if (first && loaded) reset();
        publish((cursor) => ({ kind: "delta", cursor, text, first }));
        first = false;
      },
      reset,
    };
  }
}
