/**
 * Follows a session's events by server-sent events, through cuts, without a gap or a repetition.
 * `EventSource` is of no use here: it cannot send the key.
 *
 * @module
 */
import { EventStreamParser, type ServerSentEvent } from "../../../cli/event_stream.ts";
import { type Api, apiPath } from "./api.ts";
import type { World } from "./browser.ts";
import type { JournalEvent } from "./journal_event.ts";
import { isPassing, type Problem, ProblemError, UNREACHABLE } from "./problem.ts";

/** What a stream brings. */
export type StreamEntry =
  | { readonly kind: "event"; readonly event: JournalEvent }
  | { readonly kind: "delta"; readonly text: string }
  /** The answer so far is void; it begins again. */
  | { readonly kind: "reset" };

/** How the stream is. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** It broke. The next attempt is made after a while, or when that is called. */
  | { readonly kind: "cut"; readonly problem: Problem; readonly retryNow: () => void }
  /** There is nothing more to come: the session is closed, or the node refuses. */
  | { readonly kind: "over"; readonly problem: Problem | null };

/** What to follow, and who hears of it. */
export interface FollowOptions {
  readonly session: string;
  /** The last event that is known. */
  readonly after: number;
  readonly signal: AbortSignal;
  readonly onEntries: (entries: readonly StreamEntry[]) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** The wait before the first attempt after a cut, and the longest, in milliseconds. */
const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 10_000;

/** A stream that shows no sign of life for so long is dead; the node gives one every 15 seconds. */
const SILENCE_MS_MAX = 40_000;

/**
 * A comment. The first thing that a node sends is none, so that one that ends each stream after that is
 * asked ever less often. Where a piece of text begins within a line, so may what looks like a comment: then
 * the node sends events, and is alive as well.
 */
const SIGN_OF_LIFE = /^:/m;

/** Milliseconds to wait after that many failed attempts, between a half and all of what doubles each time. */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(BACKOFF_MS * 2 ** failures, BACKOFF_MS_MAX);
  return Math.round(full * (0.5 + random / 2));
}

/** What a server-sent event means; null for one of a kind that the page does not know. */
export function readEntry({ event, data }: ServerSentEvent): StreamEntry | null {
  if (event === "llm.reset") return { kind: "reset" };
  const value = JSON.parse(data) as Record<string, unknown>;
  if (event === "llm.delta") return { kind: "delta", text: String(value.text) };
  return typeof value.seq === "number"
    ? { kind: "event", event: value as unknown as JournalEvent }
    : null;
}

/** Follows until the session is closed, the node refuses, or the signal aborts. */
export async function followSession(
  api: Api,
  { clock, entropy }: Pick<World, "clock" | "entropy">,
  options: FollowOptions,
): Promise<void> {
  const { signal, onConnection } = options;
  let lastId = String(options.after);
  let failures = 0;
  onConnection({ kind: "connecting" });
  while (!signal.aborted) {
    // Whoever waits for the next attempt can end the wait.
    const wait = new AbortController();
    let alive = false;
    try {
      const response = await open(api, options.session, lastId, signal);
      if (response.status === 204) return onConnection({ kind: "over", problem: null });
      onConnection({ kind: "live" });
      await read(response, clock, options, (id) => {
        alive = true;
        failures = 0;
        lastId = id ?? lastId;
      });
      if (signal.aborted) return;
      // A node ends a stream properly when it drains, when the reader is slow, or after the last event.
      onConnection({ kind: "connecting" });
      if (alive) continue;
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof ProblemError ? error.problem : UNREACHABLE;
      // A node that fails (500) may do so for the moment; one that refuses goes on to.
      if (!isPassing(problem) && problem.status < 500) {
        return onConnection({ kind: "over", problem });
      }
      onConnection({ kind: "cut", problem, retryNow: () => wait.abort() });
    }
    await clock.sleep(
      backoffMs(failures++, entropy.random()),
      AbortSignal.any([signal, wait.signal]),
    );
  }
}

async function open(
  api: Api,
  session: string,
  lastId: string,
  signal: AbortSignal,
): Promise<Response> {
  const headers = { accept: "text/event-stream", "last-event-id": lastId };
  return await api.stream(apiPath("sessions", session, "events"), headers, signal);
}

/** Reads one connection to its proper end. @throws {ProblemError} after too long a silence */
async function read(
  response: Response,
  clock: World["clock"],
  { onEntries }: FollowOptions,
  /** Called when the stream has brought something, or a sign of life, with the last id if there is one. */
  onAlive: (id: string | null) => void,
): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const parser = new EventStreamParser();
  try {
    for (;;) {
      const text = await nextText(reader, clock);
      if (text === null) return;
      const sent = parser.push(text);
      const entries = sent.map(readEntry).filter((entry) => entry !== null);
      if (entries.length > 0) onEntries(entries);
      if (sent.length > 0 || SIGN_OF_LIFE.test(text)) onAlive(sent.at(-1)?.id ?? null);
    }
  } finally {
    // One that fell silent is given up; for one that ended or broke there is nothing to cancel.
    await reader.cancel().catch(() => {});
  }
}

/** The next piece of text; null at the end. @throws {ProblemError} after too long a silence */
async function nextText(
  reader: ReadableStreamDefaultReader<string>,
  clock: World["clock"],
): Promise<string | null> {
  const heard = new AbortController();
  const silence = clock.sleep(SILENCE_MS_MAX, heard.signal).then(() => null);
  try {
    const result = await Promise.race([reader.read(), silence]);
    if (result === null) throw new ProblemError(UNREACHABLE);
    return result.done ? null : result.value;
  } finally {
    heard.abort();
  }
}
