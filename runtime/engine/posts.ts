/**
 * Commands for actors wherever they are: stored in the durable mailbox, announced to the partition's
 * owner, and answered when that has handled them. An answer comes by the streams when these carry it,
 * and stands in the journal in any case.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import { SynapseError } from "../errors.ts";
import { JournalUnavailable, type MailboxStore, type PostedRow } from "../journal/port.ts";
import type { HandledCommand, Notice } from "../streams/port.ts";
import { commandKey } from "./answer_routes.ts";
import { Batching } from "./batching.ts";
import type { Answer } from "./port.ts";
import { mailboxFull } from "./pressure.ts";
import { addressKey } from "./placement.ts";
import { answerOf } from "./repeats.ts";

/** Commands stored at once. */
const BATCH_MAX = 500;

/** How soon the journal is asked for an answer that no stream brings, in milliseconds; then ever later. */
const LOOK_MS_MIN = 10;
const LOOK_MS_MAX = 500;

/** How long an answer is waited for, in milliseconds. */
const ANSWER_MS = 30_000;

/** What posting needs. */
export interface PostsOptions {
  readonly store: Pick<MailboxStore, "accept" | "handled">;
  readonly clock: Clock;
  readonly node: string;
  /** Commands of one actor whose answers may be waited for at once. */
  readonly actor_max: number;
  /** Tells the owners. */
  readonly announce: (notices: readonly Notice[]) => void;
  /** Whether answers of other nodes reach this one now. */
  readonly carries: () => boolean;
  /** Ends all waiting. */
  readonly stopped: AbortSignal;
}

/** The commands that one node posted. */
export class Posts {
  readonly #options: PostsOptions;
  readonly #batching: Batching<PostedRow, "accepted" | "duplicate">;
  /** By command. */
  readonly #waiting = new Map<string, Set<(answer: Answer) => void>>();
  /** How many by actor. */
  readonly #counts = new Map<string, number>();

  constructor(options: PostsOptions) {
    const { store, clock } = options;
    this.#options = options;
    this.#batching = new Batching({
      clock,
      items_max: BATCH_MAX,
      write: (rows) => store.accept(rows),
    });
  }

  /**
   * Stores one command and announces it. Resolves when it is durable; the answer follows.
   *
   * @throws {JournalUnavailable} if it could not be stored, or if that is unknown
   * @throws {SynapseError} `mailbox_full`
   */
  async post(row: PostedRow): Promise<{ readonly answer: Promise<Answer> }> {
    const { node, announce, actor_max } = this.#options;
    const { address, partition, id } = row;
    if ((this.#counts.get(addressKey(address)) ?? 0) >= actor_max) {
      throw mailboxFull("Actor", actor_max);
    }
    const arrival = this.#expect(row);
    try {
      const outcome = await this.#batching.add(row);
      announce([{ partition, address, waiting: { node, command_id: id } }]);
      const answer = this.#await(row, arrival.answer, outcome === "duplicate")
        .finally(arrival.forget);
      // Whoever posts need not wait for it.
      answer.catch(() => {});
      return { answer };
    } catch (error) {
      arrival.forget();
      throw error;
    }
  }

  /** Hears of the answer to a command. */
  answered({ address, command_id, reply }: HandledCommand): void {
    const waiting = this.#waiting.get(commandKey(address, command_id));
    for (const settle of waiting ?? []) settle(reply as unknown as Answer);
  }

  #expect({ address, id }: PostedRow): { answer: Promise<Answer>; forget: () => void } {
    const key = commandKey(address, id);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(resolve));
    this.#count(address, 1);
    const forget = () => {
      this.#count(address, -1);
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    };
    return { answer: promise, forget };
  }

  #count(address: Address, change: 1 | -1): void {
    const key = addressKey(address);
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }

  async #await(row: PostedRow, arrival: Promise<Answer>, repeated: boolean): Promise<Answer> {
    const { clock, carries, stopped } = this.#options;
    const deadline = clock.monotonic() + ANSWER_MS;
    // Of a repetition the answer may stand there already, and it may be of another request.
    let heard = false;
    let wait = repeated ? 0 : carries() ? LOOK_MS_MAX : LOOK_MS_MIN;
    for (;;) {
      const patience = new AbortController();
      const asleep = clock.sleep(wait, AbortSignal.any([stopped, patience.signal]));
      // A repetition does not take the stream's word: it only looks at once.
      const answer: Answer | void = await Promise.race([heard ? asleep : arrival, asleep]);
      patience.abort();
      if (answer && !repeated) return answer;
      heard ||= answer !== undefined;
      const found = await this.#find(row, repeated);
      if (found) return found;
      if (stopped.aborted || clock.monotonic() >= deadline) throw late(row);
      wait = Math.min(Math.max(wait * 1.5, LOOK_MS_MIN), LOOK_MS_MAX);
    }
  }

  async #find({ address, id, digest }: PostedRow, repeated: boolean): Promise<Answer | null> {
    try {
      const mark = await this.#options.store.handled(address, id);
      if (!mark) return null;
      return repeated ? answerOf(digest, mark) : mark.reply as unknown as Answer;
    } catch (error) {
      // It is stored: its answer is only later.
      if (error instanceof JournalUnavailable) return null;
      throw error;
    }
  }
}

function late({ id }: PostedRow): SynapseError {
  return new SynapseError(
    "answer_late",
    `Command ${id} is stored and will be handled, but its answer is late: send it again under the same Idempotency-Key to get it`,
    { data: { command: id } },
  );
}
