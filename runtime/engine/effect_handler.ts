/**
 * The port through which the engine has an actor's effects carried out. One handler for each kind.
 *
 * A handler never throws for what can go wrong in its world: that is a command like any other. What
 * it throws all the same becomes the command that `failed` makes of it.
 *
 * @module
 */
import type { Address, Effect } from "../../actors/behavior.ts";

/** What a handler is given besides the effect. */
export interface EffectContext {
  readonly address: Address;
  /** Aborts when the effect is no longer owed (cancelled) or the node stops. */
  readonly signal: AbortSignal;
  /** Shows a piece of text to whoever watches the actor. Live only; never journaled. */
  delta(text: string): void;
  /** Tells watchers that the deltas of this effect so far are void: it begins again. */
  reset(): void;
}

/** Carries out the effects of one kind. */
export interface EffectHandler {
  /** Does the work. The command it resolves to tells the actor how it ended. */
  run(effect: Effect, context: EffectContext): Promise<unknown>;
  /**
   * For a `once` effect found after a crash: finds out how it ended, without starting it. The command
   * tells the actor, or tells it that nobody knows.
   */
  settle(effect: Effect, context: EffectContext): Promise<unknown>;
  /** The command for an effect whose handler threw. */
  failed(effect: Effect, error: unknown): unknown;
}

/** All handlers, by kind of effect. */
export type EffectHandlers = Readonly<Record<string, EffectHandler>>;
