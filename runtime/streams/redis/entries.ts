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
  return reply.map(([id, fields]: [string, string[] | null]) => ({
    id,
    fields: fields === null ? null : parseFields(fields),
  }));
}

function parseFields(flat: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? "", flat[i + 1] ?? "");
  return fields;
}
