/**
 * The last step that an activation tried to commit.
 *
 * @module
 */
import type { LiveActor, Step } from "./step.ts";

/** A step, from before its commit until the next one. */
export interface Attempt {
  /** The state before it. */
  readonly before: unknown;
  readonly step: Step;
  /** Whether it was let out. */
  readonly out: boolean;
}

/**
 * Whether a step whose commit ended in the dark took place, as an actor loaded after it shows. One
 * without events leaves no trace in the state: whether its commands were handled, their marks say.
 */
export function tookPlace(attempt: Attempt | null, loaded: LiveActor): boolean {
  if (attempt === null || attempt.step.events.length === 0) return false;
  return attempt.step.after.hash === loaded.hash;
}
