/**
 * What is carried, as fields of stream entries and back. Whoever else reads or writes the streams
 * finds these fields described in `docs/redis.md`. What cannot be read is null: it is somebody else's.
 *
 * @module
 */
import { z } from "zod";
import type { Address, Json } from "../../../actors/behavior.ts";
import { jsonSchema } from "../../../actors/session/values.ts";
import type { JournalEvent } from "../../journal/port.ts";
import type { Cursor, HandledCommand, LiveEntry, Notice } from "../port.ts";
import type { Fields } from "./append.ts";

/** Fields as they are read. */
export type ReadFields = ReadonlyMap<string, string>;

/** A longer event, in characters of JSON, is left out of the live stream: the journal has it. */
export const LIVE_EVENT_CHARS_MAX = 65_536;

/** A live entry, or the word that there is an event, which is read in the journal. */
export type CarriedEntry = LiveEntry | { readonly kind: "large"; readonly cursor: Cursor };

/** An event as JSON: the same as over HTTP. */
const eventSchema = z.object({
  type: z.string(),
  v: z.int(),
  at: z.iso.datetime().transform((text) => Date.parse(text)),
  cause: z.string(),
  payload: jsonSchema,
  hash: z.string(),
});

/** A live entry's fields. */
export function liveFields(entry: LiveEntry): Fields {
  const { kind, cursor: { seq, n } } = entry;
  const place = ["kind", kind, "seq", String(seq), "n", String(n)];
  if (kind === "reset") return place;
  if (kind === "delta") return [...place, "first", entry.first ? "1" : "0", "text", entry.text];
  const text = JSON.stringify({ ...entry.event, at: isoTime(entry.event.at) });
  return text.length > LIVE_EVENT_CHARS_MAX
    ? [...place, "large", String(text.length)]
    : [...place, "event", text];
}

/** Where the live entry of these fields stands. */
export function liveCursor(fields: ReadFields): Cursor | null {
  const [seq, n] = [count(fields.get("seq")), count(fields.get("n"))];
  return seq === null || n === null ? null : { seq, n };
}

/** The live entry of these fields. */
export function liveEntry(fields: ReadFields): CarriedEntry | null {
  const cursor = liveCursor(fields);
  if (cursor === null) return null;
  switch (fields.get("kind")) {
    case "reset":
      return { kind: "reset", cursor };
    case "delta": {
      const text = fields.get("text");
      if (text === undefined) return null;
      return { kind: "delta", cursor, text, first: fields.get("first") === "1" };
    }
    case "event": {
      if (fields.has("large")) return { kind: "large", cursor };
      const event = eventSchema.safeParse(json(fields.get("event")));
      return event.success
        ? { kind: "event", cursor, event: { seq: cursor.seq, ...event.data } }
        : null;
    }
    default:
      return null;
  }
}

/** The same, but of an event only that it is there: reading it costs more, and the journal has it. */
export function livePiece(fields: ReadFields): CarriedEntry | null {
  if (fields.get("kind") !== "event") return liveEntry(fields);
  const cursor = liveCursor(fields);
  return cursor && { kind: "large", cursor };
}

/** A notice's fields; its partition is the stream's. */
export function noticeFields({ address, waiting }: Notice): Fields {
  const fields = addressFields(address);
  return waiting ? [...fields, "node", waiting.node, "command", waiting.command_id] : fields;
}

/** The notice of these fields. */
export function notice(partition: number, fields: ReadFields): Notice | null {
  const address = addressOf(fields);
  if (!address) return null;
  const [node, command_id] = [fields.get("node"), fields.get("command")];
  if (node === undefined || command_id === undefined) return { partition, address };
  return { partition, address, waiting: { node, command_id } };
}

/** An answer's fields. */
export function answerFields({ address, command_id, reply }: HandledCommand): Fields {
  return [...addressFields(address), "command", command_id, "reply", JSON.stringify(reply)];
}

/** The answer of these fields. */
export function answer(fields: ReadFields): HandledCommand | null {
  const address = addressOf(fields);
  const command_id = fields.get("command");
  const reply = json(fields.get("reply"));
  if (!address || command_id === undefined || reply === undefined) return null;
  return { address, command_id, reply };
}

/** A durable event of a session, for other systems. */
export function egressFields({ tenant, id }: Address, event: JournalEvent): Fields {
  return [
    ...["tenant", tenant, "session", id, "seq", String(event.seq), "type", event.type],
    ...["payload", JSON.stringify(event.payload), "at", isoTime(event.at)],
  ];
}

function addressFields({ tenant, type, id }: Address): Fields {
  return ["tenant", tenant, "type", type, "id", id];
}

function addressOf(fields: ReadFields): Address | null {
  const [tenant, type, id] = [fields.get("tenant"), fields.get("type"), fields.get("id")];
  if (tenant === undefined || type === undefined || id === undefined) return null;
  return { tenant, type, id };
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null;
}

function json(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
