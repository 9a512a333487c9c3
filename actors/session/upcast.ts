/**
 * Reads events of every version ever written as the present one.
 *
 * To change the shape of an event: raise its version in `events.ts`, add the step from the old
 * version here, and add a frozen sample of the old one to `upcast_test.ts`.
 *
 * @module
 */
import type { Json } from "../behavior.ts";
import { type SessionEvent, sessionEventSchema } from "./events.ts";

/** From one version's payload to the next one's. */
export type Upcast = (payload: Json) => Json;

/** The steps, by `type/version`. None yet: every event is in its first version. */
const UPCASTS: Readonly<Record<string, Upcast>> = {};

/** An event that this program does not know: it was written by a newer one, or not by Synapse. */
export class UnknownEvent extends Error {
  override readonly name = "UnknownEvent";
}

/**
 * Reads an event.
 *
 * @throws {UnknownEvent} naming the type, the version and what is wrong with it
 */
export function parseEvent(
  type: string,
  v: number,
  payload: Json,
  upcasts: Readonly<Record<string, Upcast>> = UPCASTS,
): SessionEvent {
  let version = v;
  let current = payload;
  for (let step = upcasts[`${type}/${version}`]; step; step = upcasts[`${type}/${version}`]) {
    current = step(current);
    version += 1;
  }
  const parsed = sessionEventSchema.safeParse({ type, v: version, payload: current });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnknownEvent(
    `Event ${type} of version ${v} cannot be read: ${issue?.path.join(".")} ${issue?.message}`,
  );
}
