/**
 * Forgetting for people. The journal learns it first, each session what concerns its own items, so that
 * an index that is built anew does not bring them back; then they leave the index.
 *
 * @module
 */
import { isRejection } from "../../actors/behavior.ts";
import type { Engine } from "../engine/port.ts";
import type { Memory, MemoryFilter, MemoryItem } from "../memory/port.ts";
import { sessionAddress } from "./auth.ts";
import type { Principal } from "./env.ts";
import { CommandRefused } from "./problem.ts";

/** Items forgotten at a time: so many ids are in one event. */
const BATCH = 200;

/** Who forgets, and where. */
export interface ForgetOptions {
  readonly engine: Pick<Engine, "submit">;
  readonly memory: Memory;
  readonly principal: Principal;
}

/**
 * Forgets what meets the filter now, and says how much that was.
 *
 * @throws {SynapseError} `memory_unavailable`; what is in the journal by then is forgotten all the same
 * @throws {CommandRefused} `memory_full`
 */
export async function forgetItems(
  filter: Omit<MemoryFilter, "tenant">,
  options: ForgetOptions,
): Promise<number> {
  const { memory, principal: { tenant } } = options;
  let forgotten = 0;
  for (;;) {
    // From the start each time: what is forgotten leaves the list.
    const page = await memory.list({ ...filter, tenant }, { cursor: null, limit: BATCH });
    if (page.items.length === 0) return forgotten;
    const sessions = Map.groupBy(page.items, ({ session }) => session);
    for (const [session, items] of sessions) await journalForgetting(session, items, options);
    // Their sessions do the same, and may be first: whoever is, they are gone now.
    await memory.forget({ tenant, ids: page.items.map(({ id }) => id) });
    forgotten += page.items.length;
  }
}

async function journalForgetting(
  session: string,
  items: readonly MemoryItem[],
  { engine, principal }: ForgetOptions,
): Promise<void> {
  const ids = items.map(({ id }) => id);
  const command = { type: "memory.forget", ids, by: principal.name };
  const answer = await engine.submit(sessionAddress(principal, session), command, {
    sender: principal.name,
  });
  // A session that was deleted with its journal brings nothing back.
  if (isRejection(answer) && answer.reject.code !== "session_not_found") {
    throw new CommandRefused(answer);
  }
}
