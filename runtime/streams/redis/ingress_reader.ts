/**
 * Reads the ingress: all that earlier readers left, and then what is new, and nothing any more once
 * another reader has begun.
 *
 * Each reader takes a number when it begins. New entries are read by a script that looks at the number:
 * a node that was paused, and does not know yet that another reads in its place, gets none.
 *
 * @module
 */
import { errorMessage } from "../../errors.ts";
import { claimAll, ensureGroup } from "./consumer_group.ts";
import { parseEntries, type StreamEntry } from "./entries.ts";
import type { RedisKeys } from "./keys.ts";
import type { Link } from "./link.ts";
import type { Reads } from "./reads.ts";

const GROUP = "synapse";

/** Entries read at a time. */
const COUNT = 100;

/**
 * KEYS: the ingress, the number of its reader. ARGV: this reader's number, the group, the consumer, how
 * many entries. Resolves to new entries, or, as there are none, to the number of the last entry ever.
 */
const READ = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return redis.error_reply('FENCED Another reader has begun')
end
local new = redis.call(
  'XREADGROUP', 'GROUP', ARGV[2], ARGV[3], 'COUNT', ARGV[4], 'STREAMS', KEYS[1], '>'
)
if new then return { new[1][2], '' } end
local facts = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #facts, 2 do
  if facts[i] == 'last-generated-id' then return { {}, facts[i + 1] } end
end
`;

/** What the reader needs. */
export interface IngressReaderOptions {
  readonly link: Link;
  readonly reads: Reads;
  readonly keys: Pick<RedisKeys, "ingress" | "ingress_reader">;
  /** The consumer's name. */
  readonly node: string;
}

/** Whether an error says that another reader has begun. */
export function isFenced(error: unknown): boolean {
  return errorMessage(error).startsWith("FENCED");
}

/** One reader, which may begin again. */
export class IngressReader {
  readonly #options: IngressReaderOptions;
  #number = "";

  constructor(options: IngressReaderOptions) {
    this.#options = options;
  }

  /**
   * Begins, in the place of any other: makes the group if need be, and resolves to all that was read
   * and not finished, oldest first.
   *
   * @throws {SynapseError} `streams_unavailable`
   * @throws the reply's error
   */
  async begin(): Promise<readonly StreamEntry[]> {
    const { link, keys, node } = this.#options;
    const group = { key: keys.ingress, name: GROUP, consumer: node };
    this.#number = String(await link.call("INCR", keys.ingress_reader));
    await ensureGroup(link, group);
    return await claimAll(link, group);
  }

  /**
   * New entries, or none after a while.
   *
   * @throws as {@link begin} does; see {@link isFenced}
   */
  async read(): Promise<readonly StreamEntry[]> {
    const { link, reads, keys, node } = this.#options;
    const [entries, last] = await link.call(
      ...["EVAL", READ, 2, keys.ingress, keys.ingress_reader] as const,
      ...[this.#number, GROUP, node, COUNT],
    ) as [unknown, string];
    const found = parseEntries(entries);
    if (found.length > 0) return found;
    await reads.read({ command: ["XREAD"], keys: [keys.ingress], ids: [last], count: 1 });
    return [];
  }

  /** Takes a finished entry out of the stream. */
  async remove({ id }: StreamEntry): Promise<void> {
    const { link, keys } = this.#options;
    await Promise.all([
      link.call("XACK", keys.ingress, GROUP, id),
      link.call("XDEL", keys.ingress, id),
    ]);
  }
}
