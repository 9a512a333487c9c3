/**
 * What the journals of sessions say of memory: which items were noted, and which are to be forgotten.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Payload, SessionEvent } from "../../actors/session/events.ts";
import { parseEvent } from "../../actors/session/upcast.ts";
import type { EventLog } from "../journal/port.ts";
import type { MemoryItem } from "./port.ts";

/** Events read at a time. */
const PAGE = 500;

/** That an item was to be forgotten: by which event of which session, and when. */
export interface Forgetting {
  readonly session: string;
  readonly seq: number;
  readonly at: number;
  /** Whose item only; null: whoever's. */
  readonly owner: string | null;
}

/** When items were to be forgotten, by the item's id. */
export type Forgettings = Map<string, Forgetting[]>;

/** The items of an event, as memory has them. */
export function notedItems(
  { owner: agent, items }: Payload<"memory.noted">,
  more: Pick<MemoryItem, "tenant" | "session" | "at">,
): MemoryItem[] {
  return items.map(({ id, kind, text }) => ({ id, agent, kind, text, ...more }));
}

interface Dated {
  readonly seq: number;
  readonly at: number;
  readonly event: SessionEvent;
}

async function* memoryEvents(
  journal: Pick<EventLog, "readEvents">,
  address: Address,
): AsyncGenerator<Dated> {
  for (let after = 0;;) {
    const events = await journal.readEvents(address, after, PAGE);
    for (const { seq, at, type, v, payload } of events) {
      after = seq;
      if (type.startsWith("memory.")) yield { seq, at, event: parseEvent(type, v, payload) };
    }
    if (events.length < PAGE) return;
  }
}

/** Adds to `forgettings` which items a session had forgotten by their ids. */
export async function readForgettings(
  journal: Pick<EventLog, "readEvents">,
  address: Address,
  forgettings: Forgettings,
): Promise<void> {
  for await (const { seq, at, event } of memoryEvents(journal, address)) {
    if (event.type !== "memory.forgetting") continue;
    const { ids, owner } = event.payload;
    for (const id of ids ?? []) {
      const known = forgettings.get(id) ?? [];
      forgettings.set(id, [...known, { session: address.id, seq, at, owner }]);
    }
  }
}

interface Noted {
  readonly seq: number;
  readonly item: MemoryItem;
  /** The item that stands for it in the index. */
  into: string;
}

/**
 * The items that a session noted and that nobody had forgotten since. One that was merged into another
 * is forgotten with that.
 */
export async function readItems(
  journal: Pick<EventLog, "readEvents">,
  address: Address,
  forgettings: Forgettings,
): Promise<MemoryItem[]> {
  const { tenant, id: session } = address;
  let noted: Noted[] = [];
  for await (const { seq, at, event } of memoryEvents(journal, address)) {
    if (event.type === "memory.noted") {
      for (const item of notedItems(event.payload, { tenant, session, at })) {
        noted.push({ seq, item, into: item.id });
      }
    } else if (event.type === "memory.forgetting" && event.payload.ids === null) {
      noted = [];
    } else if (event.type === "memory.written") {
      const { of, outcomes } = event.payload;
      const into = new Map(outcomes.map(({ id, into }) => [id, into]));
      for (const one of noted) if (one.seq === of) one.into = into.get(one.item.id) ?? one.into;
    }
  }
  return noted.filter((one) => !isForgotten(one, forgettings)).map(({ item }) => item);
}

function isForgotten({ seq, item, into }: Noted, forgettings: Forgettings): boolean {
  const all = new Set([item.id, into]).values().flatMap((id) => forgettings.get(id) ?? []);
  return all.some((forgetting) =>
    (forgetting.owner === null || forgetting.owner === item.agent) &&
    (forgetting.session === item.session ? forgetting.seq > seq : forgetting.at >= item.at)
  );
}
