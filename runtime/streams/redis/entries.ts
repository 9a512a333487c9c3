/**
 * Entries of streams as Redis answers with them.
 *
 * @module
 */

/** One entry. */
export interface StreamEntry {
  readonly id: string;
  /** Null for one that was deleted before it was acknowledged. */
  readonly fields: ReadonlyMap<string, string> | null;
  /** A field that it has more than once, of which `fields` has the last value; else null. */
  readonly repeated: string | null;
}

/** New entries of one stream. */
export interface StreamEntries {
  readonly key: string;
  readonly entries: readonly StreamEntry[];
}

/** The reply to XREAD and XREADGROUP. */
export function parseStreams(reply: unknown): StreamEntries[] {
  if (!Array.isArray(reply)) return [];
  return reply.map(([key, entries]: [string, unknown]) => ({
    key,
    entries: parseEntries(entries),
  }));
}

/** The reply to XRANGE and XREVRANGE, and the part of XAUTOCLAIM's that holds entries. */
export function parseEntries(reply: unknown): StreamEntry[] {
  if (!Array.isArray(reply)) return [];
  return reply.map(([id, flat]: [string, string[] | null]) => ({
    id,
    ...(flat === null ? { fields: null, repeated: null } : parseFields(flat)),
  }));
}

function parseFields(flat: readonly string[]): Omit<StreamEntry, "id"> {
  const fields = new Map<string, string>();
  let repeated: string | null = null;
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name = "", value = ""] = flat.slice(i, i + 2);
    if (fields.has(name)) repeated ??= name;
    fields.set(name, value);
  }
  return { fields, repeated };
}
