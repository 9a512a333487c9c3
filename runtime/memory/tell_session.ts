/**
 * Tells a session that items of its own are forgotten, so that it stands in the journal from which an
 * index is built anew.
 *
 * @module
 */
import { isRejection, type Rejection } from "../../actors/behavior.ts";
import type { Engine } from "../engine/port.ts";
import type { MemoryItem } from "./port.ts";

/** Who tells it. */
export interface TellOptions {
  readonly engine: Pick<Engine, "submit">;
  /** For the record. */
  readonly by: string;
}

/**
 * Tells the session of these items, which is the same for all of them. Resolves when it stands in its
 * journal, or with its refusal. A session that was deleted with its journal brings nothing back.
 *
 * @throws {SynapseError} as `Engine.submit` does
 */
export async function tellSession(
  items: readonly Pick<MemoryItem, "id" | "tenant" | "session">[],
  { engine, by }: TellOptions,
): Promise<Rejection | null> {
  const [first] = items;
  if (first === undefined) return null;
  const address = { tenant: first.tenant, type: "session", id: first.session };
  const command = { type: "memory.forget", ids: items.map(({ id }) => id), by };
  const answer = await engine.submit(address, command, { sender: by });
  return isRejection(answer) && answer.reject.code !== "session_not_found" ? answer : null;
}
