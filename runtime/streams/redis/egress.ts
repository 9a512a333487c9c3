/**
 * Every durable event of a session, handed on to other systems through one capped stream.
 *
 * - E1 Events of one session are added in order of their seq: the outbox gives them in this order.
 * - E2 A commit is added once: beside the stream stands, for each partition, how far it got, written by
 *   the same script. What is tried again, by this node or another, is left out.
 *
 * @module
 */
import { errorMessage } from "../../errors.ts";
import type { Outgoing } from "../../journal/port.ts";
import type { Egress } from "../port.ts";
import { charsOf, type Fields } from "./append.ts";
import { StreamsUnavailable } from "./faults.ts";
import type { RedisKeys } from "./keys.ts";
import type { Link, RedisArgument } from "./link.ts";
import { egressFields } from "./records.ts";

/** Events kept; a few more for a while. */
const EGRESS_ENTRIES = 100_000;

/** Events added by one command; one commit may have more. */
const BATCH_EVENTS = 500;

/** Characters added by one command; one commit may have more. */
const BATCH_CHARS = 4_194_304;

/**
 * KEYS: the stream, and how far each partition got ("position at"). ARGV: the stream's greatest length,
 * and for each commit its partition, position and time, the number of its events, and for each of these
 * the number of its words and the words.
 *
 * A commit was added before if neither its position nor its time is new. Of a journal that began anew,
 * or went back to a backup, the positions are old and the times are not.
 */
const DELIVER = `
local at = 2
while at <= #ARGV do
  local partition, position, time = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local events = tonumber(ARGV[at + 3])
  local known = redis.call('HGET', KEYS[2], partition) or '0 0'
  local known_position, known_time = string.match(known, '^(%d+) (%d+)$')
  known_position, known_time = tonumber(known_position), tonumber(known_time)
  local new = position > known_position or time > known_time
  at = at + 4
  for _ = 1, events do
    local words = tonumber(ARGV[at])
    if new then
      redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, at + 1, at + words))
    end
    at = at + words + 1
  end
  if new then
    local latest = string.format('%.0f %.0f', position, math.max(time, known_time))
    redis.call('HSET', KEYS[2], partition, latest)
  end
end
`;

/** What the egress needs. */
export interface RedisEgressOptions {
  readonly link: Link;
  readonly keys: Pick<RedisKeys, "egress" | "egress_positions">;
}

/** One commit, as the script takes it. */
interface Parcel {
  readonly words: readonly RedisArgument[];
  readonly events: number;
  readonly chars: number;
}

/** The egress. */
export class RedisEgress implements Egress {
  readonly #options: RedisEgressOptions;

  constructor(options: RedisEgressOptions) {
    this.#options = options;
  }

  async deliver(outgoing: readonly Outgoing[]): Promise<void> {
    for (const batch of batches(outgoing.map(toParcel))) await this.#add(batch);
  }

  async #add(batch: readonly Parcel[]): Promise<void> {
    const { link, keys } = this.#options;
    const words = batch.flatMap((parcel) => parcel.words);
    try {
      await link.call(
        "EVAL",
        DELIVER,
        2,
        keys.egress,
        keys.egress_positions,
        EGRESS_ENTRIES,
        ...words,
      );
    } catch (error) {
      link.refused("XADD", error);
      throw error instanceof StreamsUnavailable
        ? error
        : new StreamsUnavailable(`Redis took no events (${errorMessage(error)})`);
    }
  }
}

function toParcel({ partition, position, address, events }: Outgoing): Parcel {
  const entries: Fields[] = address.type === "session"
    ? events.map((event) => egressFields(address, event))
    : [];
  const time = events.reduce((latest, { at }) => Math.max(latest, at), 0);
  const words: RedisArgument[] = [partition, position, time, entries.length];
  for (const fields of entries) words.push(fields.length, ...fields);
  return { words, events: entries.length, chars: charsOf(entries) };
}

function* batches(parcels: readonly Parcel[]): Generator<readonly Parcel[]> {
  let batch: Parcel[] = [];
  let [events, chars] = [0, 0];
  for (const parcel of parcels) {
    events += parcel.events;
    chars += parcel.chars;
    if (batch.length > 0 && (events > BATCH_EVENTS || chars > BATCH_CHARS)) {
      yield batch;
      batch = [];
      [events, chars] = [parcel.events, parcel.chars];
    }
    batch.push(parcel);
  }
  if (batch.length > 0) yield batch;
}
