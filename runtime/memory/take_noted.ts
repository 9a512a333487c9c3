/**
 * Has memory take what a session noted, or forget what it is to forget. What that is stands in the
 * journal, and is read there when its turn comes: however long memory is away, nothing waits in the
 * process.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { CommandOf } from "../../actors/session/commands.ts";
import type { MemoryWork } from "../../actors/session/memory_request.ts";
import { parseEvent } from "../../actors/session/upcast.ts";
import { invariant } from "../../actors/invariant.ts";
import type { Clock } from "../clock.ts";
import type { EffectContext } from "../engine/effect_handler.ts";
import type { Engine } from "../engine/port.ts";
import { SynapseError } from "../errors.ts";
import { type EventLog, JournalUnavailable } from "../journal/port.ts";
import type { TextMask } from "../redaction.ts";
import { notedItems, readMerges } from "./journaled_items.ts";
import { memoryFault } from "./memory_fault.ts";
import type { Memory, MemoryFilter, MemoryItem } from "./port.ts";
import { tellSession } from "./tell_session.ts";
import { within } from "./within.ts";

/** Milliseconds for one try. */
const TRY_MS = 30_000;

/** Milliseconds between tries: the first, then doubled. */
const AGAIN_MS = 250;

/** Tries before the session is told that memory is away, which takes some seconds. */
const TRIES = 5;

/** Milliseconds before a journal that is away is asked again. */
const ASK_AGAIN_MS = 500;

/** Items listed at a time. */
const PAGE = 200;

/** What it takes. */
export interface TakeOptions {
  /** Null: there is none. */
  readonly memory: Memory | null;
  readonly journal: Pick<EventLog, "readEvents">;
  /** Through it other sessions learn that items of theirs are forgotten. */
  readonly engine: Pick<Engine, "submit">;
  readonly clock: Pick<Clock, "sleep">;
  /** Masks what is journaled of a failure. */
  readonly mask: TextMask;
}

type End = CommandOf<"memory.settle"> | CommandOf<"memory.defer">;

/** Has memory do what the event asks, in some tries. */
export async function takeNoted(
  work: MemoryWork,
  { address, signal }: EffectContext,
  { memory, journal, engine, clock, mask }: TakeOptions,
): Promise<End> {
  const { seq: of } = work;
  if (memory === null) {
    const error = { code: "memory_unavailable", message: "There is no memory here" };
    return { type: "memory.defer", of, error };
  }
  const due = await readDue(address, work, { journal, clock, signal });
  for (let tries = 1;; tries++) {
    try {
      const done = await within(
        clock,
        TRY_MS,
        signal,
        (ended) =>
          due.kind === "remember"
            ? remember(memory, due.items, ended)
            : forget(memory, due.filter, { address, engine }),
      );
      return { type: "memory.settle", of, refused: null, ...done };
    } catch (error) {
      const fault = memoryFault(error, mask);
      // To repeat it unchanged cannot help.
      if (error instanceof SynapseError && error.reaction === "reject") {
        return { type: "memory.settle", of, outcomes: [], forgotten: 0, refused: fault };
      }
      if (tries >= TRIES || signal.aborted) return { type: "memory.defer", of, error: fault };
      await clock.sleep(AGAIN_MS * 2 ** (tries - 1), signal);
    }
  }
}

/** What is to be done. */
type Due =
  | { readonly kind: "remember"; readonly items: readonly MemoryItem[] }
  | { readonly kind: "forget"; readonly filter: MemoryFilter };

type Reading = Pick<TakeOptions, "journal" | "clock"> & { readonly signal: AbortSignal };

async function readDue(
  address: Address,
  work: MemoryWork,
  { journal, clock, signal }: Reading,
): Promise<Due> {
  for (;;) {
    try {
      return await read(address, work, journal);
    } catch (error) {
      if (!(error instanceof JournalUnavailable) || signal.aborted) throw error;
      await clock.sleep(ASK_AGAIN_MS, signal);
    }
  }
}

async function read(
  address: Address,
  { seq }: MemoryWork,
  journal: TakeOptions["journal"],
): Promise<Due> {
  const [found] = await journal.readEvents(address, seq - 1, 1);
  invariant(found?.seq === seq, "M1 what memory is to take is in the journal");
  const event = parseEvent(found.type, found.v, found.payload);
  const { tenant, id: session } = address;
  const { at } = found;
  if (event.type === "memory.noted") {
    return { kind: "remember", items: notedItems(event.payload, { tenant, session, at }) };
  }
  invariant(event.type === "memory.forgetting", "M2 memory takes notes, and forgets");
  const { ids, owner: agent } = event.payload;
  const which = ids === null
    ? { session }
    : { ids: (await readMerges(journal, address)).standingFor(ids, seq) };
  const whose = agent === null ? {} : { agent };
  // What is noted again later is meant to stay.
  return { kind: "forget", filter: { tenant, before: at + 1, ...which, ...whose } };
}

/** What the session learns of what was done. */
type Done = Pick<CommandOf<"memory.settle">, "outcomes" | "forgotten">;

async function remember(
  memory: Memory,
  items: readonly MemoryItem[],
  signal: AbortSignal,
): Promise<Done> {
  return { outcomes: [...await memory.remember(items, signal)], forgotten: 0 };
}

async function forget(
  memory: Memory,
  filter: MemoryFilter,
  { address, engine }: { readonly address: Address } & Pick<TakeOptions, "engine">,
): Promise<Done> {
  // Before the index forgets whose they were.
  if (filter.ids) await tellOthers(await listAll(memory, filter), { address, engine });
  return { outcomes: [], forgotten: await memory.forget(filter) };
}

async function listAll(memory: Memory, filter: MemoryFilter): Promise<MemoryItem[]> {
  const items: MemoryItem[] = [];
  for (let cursor: string | null = null;;) {
    const page = await memory.list(filter, { cursor, limit: PAGE });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
}

/**
 * Tells the sessions that noted them: this one and its journal may go before those do. A session that
 * can never be told must not keep an item from being forgotten.
 */
async function tellOthers(
  items: readonly MemoryItem[],
  { address, engine }: { readonly address: Address } & Pick<TakeOptions, "engine">,
): Promise<void> {
  const others = items.filter(({ session }) => session !== address.id);
  for (const own of Map.groupBy(others, ({ session }) => session).values()) {
    const refused = await tellSession(own, { engine, by: `session/${address.id}` })
      .catch((error) => {
        if (error instanceof SynapseError && error.reaction !== "retry") return null;
        throw error;
      });
    if (refused) throw new SynapseError("memory_unavailable", refused.reject.message);
  }
}
