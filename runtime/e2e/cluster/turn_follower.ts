/**
 * Test support: follows a session's event stream to the end of one turn after the other. A stream that
 * a node ends in good order is resumed by `Last-Event-ID`; one that breaks is an error.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Client } from "undici";
import type { ApiEvent } from "../../cli/api_types.ts";
import { apiPath } from "../../cli/client.ts";
import { EventStreamParser } from "../../cli/event_stream.ts";

/** What to follow, and how. */
export interface TurnFollowerOptions {
  readonly session: string;
  /** What the streams come over, and nothing else. */
  readonly connection: Client;
  /** Whether one stream is kept for all turns; else each turn has one on a connection of its own. */
  readonly keeps: boolean;
}

/** Follows one session. */
export class TurnFollower {
  /** How often a stream was ended before the turn was over. */
  sent_on = 0;
  readonly #options: TurnFollowerOptions;
  readonly #over = new AbortController();
  /** The seq of the last event. */
  #seen = 0;
  #events: AsyncGenerator<ApiEvent, void> | null = null;

  constructor(options: TurnFollowerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the turn of that message is over.
   *
   * @param late ends all streams of this session for good
   * @throws {assert.AssertionError} if an event is missing or comes twice, or the turn does not complete
   * @throws {Error} if a stream breaks
   */
  async follow(message_id: string, late: AbortSignal): Promise<void> {
    const giveUp = () => this.#over.abort();
    late.addEventListener("abort", giveUp, { once: true });
    let begun = false;
    try {
      for (;;) {
        const { done, value: event } = await (this.#events ??= this.#stream()).next();
        if (done) {
          this.#events = null;
          this.sent_on++;
          continue;
        }
        this.#take(event);
        if (event.type === "turn.started") begun ||= startsWith(event, message_id);
        if (event.type === "turn.completed" && begun) break;
      }
      if (!this.#options.keeps) await this.#leave();
    } catch (error) {
      await this.#leave();
      throw error;
    } finally {
      late.removeEventListener("abort", giveUp);
    }
  }

  async #leave(): Promise<void> {
    await this.#events?.return();
    this.#events = null;
  }

  #take({ seq, type }: ApiEvent): void {
    assert.equal(seq, this.#seen + 1, "the seq of the next event");
    assert.ok(type !== "turn.failed" && type !== "turn.cancelled", type);
    this.#seen = seq;
  }

  /** The durable events of one stream. */
  async *#stream(): AsyncGenerator<ApiEvent, void> {
    const { session, connection, keeps } = this.#options;
    const { statusCode, body } = await connection.request({
      method: "GET",
      path: apiPath("sessions", session, "events"),
      headers: { accept: "text/event-stream", "last-event-id": String(this.#seen) },
      reset: !keeps,
      signal: this.#over.signal,
    });
    assert.equal(statusCode, 200);
    const parser = new EventStreamParser();
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      for (const { event, data } of parser.push(decoder.decode(bytes, { stream: true }))) {
        if (event !== "llm.delta" && event !== "llm.reset") yield JSON.parse(data);
      }
    }
  }
}

function startsWith({ payload }: ApiEvent, message_id: string): boolean {
  return (payload as { message_ids: readonly string[] }).message_ids.includes(message_id);
}
