/**
 * Tells an index that is being built from one whose builder died.
 *
 * Every write goes to the index that is being built too, and would for ever. So the builder leaves a
 * point in it that says when it was last at work. Where that is long ago, nobody writes there any more,
 * and the next `check()` removes it; a builder that comes back after so long gives up.
 *
 * @module
 */
import { pointId } from "./point.ts";
import { type Collection, deletePointsById, putPoints, timesOf } from "./points.ts";

/** Stands where an item has its kind: no question of the port finds the sign. */
const SIGN = "building";

const SIGN_ID = pointId(`${SIGN}\0`, "");

/** Milliseconds without a sign after which an index counts as abandoned. */
export const SILENCE_MS_MAX = 30 * 60_000;

/** Milliseconds after which the builder itself gives up: others' clocks may be ahead of its own. */
export const PAUSE_MS_MAX = SILENCE_MS_MAX / 2;

/** Says that the builder is at work. */
export async function giveSign(next: Collection, now: number): Promise<void> {
  await putPoints(next, [{ id: SIGN_ID, vector: {}, payload: { kind: SIGN, at: now } }]);
}

/** Whether the last sign is too long ago. Where there is none, the index is about to take its place. */
export async function isAbandoned(next: Collection, now: number): Promise<boolean> {
  const at = (await timesOf(next, [SIGN_ID])).get(SIGN_ID);
  return at !== undefined && now - at > SILENCE_MS_MAX;
}

/** Removes the sign: the index is about to take its place. */
export async function dropSign(next: Collection): Promise<void> {
  await deletePointsById(next, [SIGN_ID]);
}
