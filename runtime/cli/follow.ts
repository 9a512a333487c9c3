/**
 * Follows a session's events, through restarts of the node, without a gap or a repetition.
 *
 * @module
 */
import type { ApiEvent } from "./api_types.ts";
import { apiPath, type Client, problemError } from "./client.ts";
import { EventStreamParser, type ServerSentEvent } from "./event_stream.ts";

/** What a follower sees. */
export type StreamEntry =
  | { readonly kind: "event"; readonly event: ApiEvent }
  | { readonly kind: "delta"; readonly text: string }
  /** The answer so far is void; it begins again. */
  | { readonly kind: "reset" }
  /** The connection broke and another is being made. */
  | { readonly kind: "reconnecting" };

/** How to follow. */
export interface FollowOptions {
  /** The last event already known. */
  readonly after: number;
  readonly signal: AbortSignal;
}

/** Before the next connection when the stream does not say, in milliseconds. */
const RETRY_MS = 1000;

/**
 * Yields what happens until the session is closed or the signal aborts. Reconnects with
 * `Last-Event-ID` whenever the stream ends.
 *
 * @throws {CliError} if the node is not there at the beginning, or refuses
 */
export async function* follow(
  client: Client,
  session: string,
  { after, signal }: FollowOptions,
): AsyncGenerator<StreamEntry> {
  const path = apiPath("sessions", session, "events");
  let lastId = String(after);
  let retryMs = RETRY_MS;
  let connected = false;
  for (;;) {
    try {
      const response = await client.persist(() => open(client, path, lastId, signal), {
        signal,
        known: connected,
      });
      connected = true;
      // The session is closed and there is nothing more.
      if (response.status === 204) return;
      const parser = new EventStreamParser();
      for await (const text of chunks(response)) {
        for (const sent of parser.push(text)) {
          lastId = sent.id ?? lastId;
          const entry = readEntry(sent);
          if (entry !== null) yield entry;
          if (sent.event === "session.closed") return;
        }
        retryMs = parser.retryMs ?? retryMs;
      }
    } catch (error) {
      if (signal.aborted) return;
      // fetch reports a broken body as a TypeError; anything else is no matter of the connection.
      if (!(error instanceof TypeError)) throw error;
    }
    yield { kind: "reconnecting" };
    await client.clock.sleep(retryMs, signal);
    if (signal.aborted) return;
  }
}

async function open(
  client: Client,
  path: string,
  lastId: string,
  signal: AbortSignal,
): Promise<Response> {
  const headers = { accept: "text/event-stream", "last-event-id": lastId };
  const response = await client.send("GET", path, { headers, signal });
  if (!response.ok) throw await problemError(response);
  return response;
}

async function* chunks(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) yield decoder.decode(bytes, { stream: true });
}

/** What a server-sent event means; null for one of a kind that this program does not know. */
export function readEntry({ event, data }: ServerSentEvent): StreamEntry | null {
  if (event === "llm.reset") return { kind: "reset" };
  const value = JSON.parse(data) as Record<string, unknown>;
  if (event === "llm.delta") return { kind: "delta", text: String(value.text) };
  return typeof value.seq === "number"
    ? { kind: "event", event: value as unknown as ApiEvent }
    : null;
}
