/**
 * Reads the text of a stream of server-sent events, in whatever pieces it arrives.
 *
 * @module
 */

/** One server-sent event. */
export interface ServerSentEvent {
  /** `message` unless the stream says otherwise. */
  readonly event: string;
  /** The last id seen on the stream, or null before the first. */
  readonly id: string | null;
  readonly data: string;
}

/** Takes text in pieces and gives the events that are complete. */
export class EventStreamParser {
  /** How long the server asks to wait before a reconnection, in milliseconds, or null. */
  retryMs: number | null = null;
  #buffer = "";
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  /** Takes the next piece. @returns the events that it completes */
  push(text: string): ServerSentEvent[] {
    this.#buffer += text;
    const events: ServerSentEvent[] = [];
    // A CR at the very end may be the first half of a CRLF: it waits for what follows.
    const lines = this.#buffer.split(/\r\n|\n|\r(?!$)/);
    this.#buffer = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerSentEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  #dispatch(): ServerSentEvent | null {
    const [event, data] = [this.#event || "message", this.#data];
    this.#event = "";
    this.#data = [];
    return data.length === 0 ? null : { event, id: this.#id, data: data.join("\n") };
  }
}
