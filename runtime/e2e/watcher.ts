/**
 * Test support: a client of an event stream that knows only what the API promises: it keeps the last
 * `id`, adds up the pieces, and forgets them at `llm.reset`.
 *
 * @module
 */
import type { ApiEvent } from "../cli/api_types.ts";
import { EventStreamParser } from "../cli/event_stream.ts";

/** When a connection is to be cut. */
export type CutWhen = (watcher: Watcher) => boolean;

/** What was seen of one session, over any number of connections. */
export class Watcher {
  /** The durable events, in the order in which they came. */
  readonly events: ApiEvent[] = [];
  /** The pieces of the answer under way. */
  text = "";
  /** How many pieces came, over all answers. */
  pieces = 0;
  /** How often the answer began again. */
  resets = 0;
  /** What the pieces had added up to when each answer was complete. */
  readonly answers: { readonly pieces: string; readonly text: string }[] = [];
  #lastId = "0";

  /**
   * Connects and reads until the turn is over, the connection breaks, or `cut` says so.
   *
   * @returns whether the turn is over
   */
  async watch(url: string, session: string, cut: CutWhen = () => false): Promise<boolean> {
    const leave = new AbortController();
    try {
      const response = await fetch(`${url}/api/v1/sessions/${session}/events`, {
        headers: { accept: "text/event-stream", "last-event-id": this.#lastId },
        signal: leave.signal,
      });
      const parser = new EventStreamParser();
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) {
        for (const sent of parser.push(decoder.decode(bytes, { stream: true }))) {
          this.#lastId = sent.id ?? this.#lastId;
          this.#take(sent.event, JSON.parse(sent.data));
          if (sent.event === "turn.completed") return true;
          if (cut(this)) return false;
        }
      }
      return false;
    } catch (error) {
      // The connection broke: a node that is killed says no farewell.
      if (error instanceof TypeError) return false;
      throw error;
    } finally {
      leave.abort();
    }
  }

  #take(type: string, data: unknown): void {
    switch (type) {
      case "llm.delta":
        this.pieces += 1;
        this.text += (data as { text: string }).text;
        return;
      case "llm.reset":
        this.resets += 1;
        this.text = "";
        return;
      default: {
        const event = data as ApiEvent;
        this.events.push(event);
        if (type !== "llm.completed") return;
        this.answers.push({ pieces: this.text, text: (event.payload as { text: string }).text });
        this.text = "";
      }
    }
  }
}
