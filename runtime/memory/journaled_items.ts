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

/** That what an event noted under an id was merged into another item. */
interface Merge {
  /** The number of the event. */
  readonly of: number;
  readonly id: string;
  readonly into: string;
}

/** The merges of a session's items. */
export class Merges {
  readonly #byId = new Map<string, Merge[]>();

  /** Takes what became of the items of an event. */
  add({ of, outcomes }: Payload<"memory.written">): void {
    for (const { id, into } of outcomes) {
      if (id !== into) this.#byId.set(id, [...this.#byId.get(id) ?? [], { of, id, into }]);
    }
  }

  /**
   * The ids, and those of the items that stood for them when event `seq` was written: whoever names an
   * item means what it was merged into.
   */
  standingFor(ids: readonly string[], seq: number): string[] {
    const into = ids.flatMap((id) => this.#byId.get(id) ?? []).filter(({ of }) => of < seq)
      .map(({ into }) => into);
    return [...new Set([...ids, ...into])];
  }
}

/** The merges of a session's items, as its journal has them now. */
export async function readMerges(
  journal: Pick<EventLog, "readEvents">,
  address: Address,
): Promise<Merges> {
  const merges = new Merges();
  for await (const { event } of memoryEvents(journal, address)) {
    if (event.type === "memory.written") merges.add(event.payload);
  }
  return merges;
}

/** Adds to `forgettings` which items a session had forgotten by their ids. */
export async function readForgettings(
  journal: Pick<EventLog, "readEvents">,
  address: Address,
  forgettings: Forgettings,
): Promise<void> {
  const merges = new Merges();
  const found: (Forgetting & { readonly ids: readonly string[] })[] = [];
  for await (const { seq, at, event } of memoryEvents(journal, address)) {
    if (event.type === "memory.written") merges.add(event.payload);
    if (event.type !== "memory.forgetting") continue;
    const { ids, owner } = event.payload;
    if (ids !== null) found.push({ session: address.id, seq, at, owner, ids });
  }
  for (const { ids, ...forgetting } of found) {
    for (const id of merges.standingFor(ids, forgetting.seq)) {
      forgettings.set(id, [...forgettings.get(id) ?? [], forgetting]);
    }
  }
}

/** An item that a session noted, and by which event. */
export interface Note {
  readonly seq: number;
  readonly item: MemoryItem;
  /** Whether memory has yet to take it. */
  readonly waiting: boolean;
}

/** An item that was noted and then forgotten by its id. */
export interface ForgottenNote {
  readonly item: MemoryItem;
  readonly forgettings: readonly Forgetting[];
}

/** What a session noted. */
export interface Notes {
  /** What nobody had forgotten since. */
  readonly kept: readonly Note[];
  readonly forgotten: readonly ForgottenNote[];
}

interface Noted extends Note {
  /** The item that stands for it in the index. */
  into: string;
  waiting: boolean;
  /** Whether the session forgot all that it had noted. */
  cleared: boolean;
}

/** The items that a session noted. One that was merged into another is forgotten with that. */
export async function readNotes(
  journal: Pick<EventLog, "readEvents">,
  address: Address,
  forgettings: Forgettings,
): Promise<Notes> {
  const { tenant, id: session } = address;
  const noted: Noted[] = [];
  for await (const { seq, at, event } of memoryEvents(journal, address)) {
    if (event.type === "memory.noted") {
      for (const item of notedItems(event.payload, { tenant, session, at })) {
        noted.push({ seq, item, into: item.id, waiting: true, cleared: false });
      }
    } else if (event.type === "memory.forgetting" && event.payload.ids === null) {
      for (const one of noted) one.cleared = true;
    } else if (event.type === "memory.written") {
      const { of, outcomes } = event.payload;
      const into = new Map(outcomes.map(({ id, into }) => [id, into]));
      for (const one of noted) {
        if (one.seq !== of) continue;
        one.waiting = false;
        one.into = into.get(one.item.id) ?? one.into;
      }
    }
  }
  const judged = noted.map((one) => ({ ...one, forgettings: forgettingsOf(one, forgettings) }));
  return {
    kept: judged.filter((one) => !one.cleared && one.forgettings.length === 0),
    forgotten: judged.filter((one) => one.forgettings.length > 0),
  };
}

function forgettingsOf({ into, ...note }: Noted, all: Forgettings): Forgetting[] {
  return [...new Set([note.item.id, into])].flatMap((id) => all.get(id) ?? [])
    .filter((forgetting) => concerns(forgetting, note));
}

/** Whether what was forgotten then was noted before, and is whose it was to be. */
export function concerns(
  { session, seq, at, owner }: Forgetting,
  note: Pick<Note, "seq" | "item">,
): boolean {
  return (owner === null || owner === note.item.agent) &&
    (session === note.item.session ? seq > note.seq : at >= note.item.at);
}
