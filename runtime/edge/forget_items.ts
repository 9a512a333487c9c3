/**
 * Forgetting for people. The journal learns it first, each session what concerns its own items, so that
 * an index that is built anew does not bring them back; then they leave the index. What sessions have
 * noted and the index has yet to take is forgotten too.
 *
 * @module
 */
import { type Address, isRejection } from "../../actors/behavior.ts";
import type { Engine } from "../engine/port.ts";
import type { Directory } from "../journal/directory_port.ts";
import type { EventLog } from "../journal/port.ts";
import { meetsFilter } from "../memory/filter.ts";
import { type Forgettings, readForgettings, readNotes } from "../memory/journaled_items.ts";
import { memorySessions } from "../memory/memory_sessions.ts";
import type { Memory, MemoryFilter, MemoryItem } from "../memory/port.ts";
import { tellSession } from "../memory/tell_session.ts";
import { sessionAddress } from "./auth.ts";
import type { Principal } from "./env.ts";
import { CommandRefused } from "./problem.ts";

/** Items forgotten at a time: so many ids are in one event. */
const BATCH = 200;

/** Who forgets, and where. */
export interface ForgetOptions {
  readonly engine: Pick<Engine, "submit">;
  readonly journal: Pick<EventLog, "readEvents"> & Pick<Directory, "list">;
  readonly memory: Memory;
  readonly principal: Principal;
}

/** Which items; the tenant is the principal's. */
export type ForgetFilter = Omit<MemoryFilter, "tenant">;

/**
 * Forgets what meets the filter now, and says how much that was.
 *
 * @throws {SynapseError} `memory_unavailable`; what is in the journal by then is forgotten all the same
 * @throws {CommandRefused} `memory_full`
 */
export async function forgetItems(filter: ForgetFilter, options: ForgetOptions): Promise<number> {
  const { memory, principal: { tenant } } = options;
  const waiting = await forgetWaiting(filter, options);
  const forgotten = new Set(waiting.map(({ id }) => id));
  const told = new Set(waiting.map(toldKey));
  for (;;) {
    // From the start each time: what is forgotten leaves the list.
    const page = await memory.list({ ...filter, tenant }, { cursor: null, limit: BATCH });
    if (page.items.length === 0) return forgotten.size;
    const untold = page.items.filter((item) => !told.has(toldKey(item)));
    const sessions = Map.groupBy(untold, ({ session }) => session);
    for (const items of sessions.values()) await tell(items, options);
    const ids = page.items.map(({ id }) => id);
    // Their sessions do the same, and may be first: whoever is, they are gone now.
    await memory.forget({ tenant, ids });
    for (const id of ids) forgotten.add(id);
  }
}

function toldKey({ session, id }: MemoryItem): string {
  return `${session} ${id}`;
}

async function tell(
  items: readonly MemoryItem[],
  { engine, principal: { name } }: ForgetOptions,
): Promise<void> {
  const refused = await tellSession(items, { engine, by: name });
  if (refused) throw new CommandRefused(refused);
}

/** Forgets what waits in sessions, and returns that. */
async function forgetWaiting(filter: ForgetFilter, options: ForgetOptions): Promise<MemoryItem[]> {
  const all: MemoryItem[] = [];
  for await (const address of sessionsToAsk(filter, options)) {
    const waiting = await waitingItems(address, filter, options.journal);
    if (isWholeSession(filter)) await clearSession(address, options);
    else {
      for (let i = 0; i < waiting.length; i += BATCH) {
        await tell(waiting.slice(i, i + BATCH), options);
      }
    }
    all.push(...waiting);
  }
  return all;
}

/** Whether all that a session noted is meant. */
function isWholeSession(filter: ForgetFilter): boolean {
  return filter.session !== undefined && Object.keys(filter).length === 1;
}

async function* sessionsToAsk(
  { session }: ForgetFilter,
  { journal, principal }: ForgetOptions,
): AsyncGenerator<Address> {
  if (session !== undefined) return yield sessionAddress(principal, session);
  for await (const { address, unwritten } of memorySessions(journal, principal.tenant)) {
    if (unwritten > 0) yield address;
  }
}

/** What a session noted and has not forgotten, and memory has yet to take. */
async function waitingItems(
  address: Address,
  filter: ForgetFilter,
  journal: ForgetOptions["journal"],
): Promise<MemoryItem[]> {
  const forgettings: Forgettings = new Map();
  await readForgettings(journal, address, forgettings);
  const { kept } = await readNotes(journal, address, forgettings);
  return kept.filter(({ waiting }) => waiting).map(({ item }) => item)
    .filter((item) => meetsFilter(item, { ...filter, tenant: address.tenant }));
}

/** Has a session forget all that it noted, and what it would still find in turns that are over. */
async function clearSession(
  address: Address,
  { engine, principal: { name } }: ForgetOptions,
): Promise<void> {
  const command = { type: "memory.forget", ids: null, by: name };
  const answer = await engine.submit(address, command, { sender: name });
  if (isRejection(answer) && answer.reject.code !== "session_not_found") {
    throw new CommandRefused(answer);
  }
}
