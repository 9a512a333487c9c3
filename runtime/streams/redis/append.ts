/**
 * Adding to streams: many entries of many streams in one command.
 *
 * @module
 */
import type { RedisArgument } from "./link.ts";

/** Names and values of one entry, one after the other. */
export type Fields = readonly string[];

/** How a stream is bounded. */
export interface StreamBounds {
  /** Entries kept; a few more for a while. */
  readonly entries: number;
  /** Milliseconds after the last addition when the stream vanishes; 0: never. */
  readonly ttl_ms: number;
}

/** Entries for one stream. */
export interface Addition {
  readonly key: string;
  readonly bounds: StreamBounds;
  readonly entries: readonly Fields[];
}

/**
 * KEYS: the streams. ARGV, for each of them: its greatest length, milliseconds that it lives (0: for
 * ever), the number of its entries, and for each of these the number of its words and the words.
 * Resolves to the first error, if some streams could not be added to.
 *
 * A script, because a stream that was made without its end in time would stay for ever, and because
 * one command for many entries costs a node far less than many.
 */
const APPEND = `
local at, failed = 1, nil
for _, key in ipairs(KEYS) do
  local length, lives, entries = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  at = at + 3
  for _ = 1, entries do
    local words = tonumber(ARGV[at])
    local added = redis.pcall('XADD', key, 'MAXLEN', '~', length, '*', unpack(ARGV, at + 1, at + words))
    if type(added) == 'table' and added.err then failed = failed or added end
    at = at + words + 1
  end
  if lives ~= '0' then redis.call('PEXPIRE', key, lives) end
end
return failed
`;

/** The command's words, after its name EVAL. In Redis Cluster all keys have to be of one slot. */
export function appendCommand(additions: readonly Addition[]): RedisArgument[] {
  const words: RedisArgument[] = [APPEND, additions.length];
  for (const { key } of additions) words.push(key);
  for (const { bounds, entries } of additions) {
    words.push(bounds.entries, bounds.ttl_ms, entries.length);
    for (const fields of entries) words.push(fields.length, ...fields);
  }
  return words;
}

/** The same, with those for one stream together. Of each stream, the order stays. */
export function mergeAdditions(additions: readonly Addition[]): Addition[] {
  const byKey = Map.groupBy(additions, ({ key }) => key);
  return [...byKey.values()].map((same) => ({
    key: same[0]!.key,
    bounds: same[0]!.bounds,
    entries: same.flatMap(({ entries }) => entries),
  }));
}

/** Characters of these entries. */
export function charsOf(entries: readonly Fields[]): number {
  let chars = 0;
  for (const fields of entries) for (const word of fields) chars += word.length;
  return chars;
}
