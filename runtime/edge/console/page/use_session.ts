/**
 * A session as it happens: what the API says of it, the latest part of its journal, and the stream of
 * what is yet to come.
 *
 * @module
 */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { ApiSession } from "../../../cli/api_types.ts";
import { type Api, apiPath } from "./api.ts";
import type { World } from "./browser.ts";
import type { JournalEvent } from "./journal_event.ts";
import { isPassing, type Problem, ProblemError } from "./problem.ts";
import { useServices } from "./services.ts";
import {
  EMPTY_FEED,
  EVENTS_STEP,
  type Feed,
  firstSeq,
  lastSeq,
  startOf,
  takeEarlier,
  takeEntries,
  withoutAnswer,
} from "./session_feed.ts";
import { backoffMs, type Connection, followSession } from "./session_stream.ts";
import { problemFor } from "./use_load.ts";

/** After an event, so long is waited for further ones before the session is looked at, in milliseconds. */
const LOOK_MS = 250;

/** A session as it happens. */
export interface LiveSession {
  readonly session: ApiSession | null;
  /** Why the session cannot be looked at. */
  readonly problem: Problem | null;
  readonly feed: Feed;
  readonly connection: Connection;
  /** How many earlier events are not shown. */
  readonly earlier: number;
  readonly loadEarlier: () => Promise<void>;
  /** Begins anew, after a refusal. */
  readonly reconnect: () => void;
}

/** Follows a session for as long as it is shown. */
export function useSession(id: string): LiveSession {
  const { api, world, onUnauthorized } = useServices();
  const [session, setSession] = useState<ApiSession | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [feed, setFeed] = useState<Feed>(EMPTY_FEED);
  const [connection, setConnection] = useState<Connection>({ kind: "connecting" });
  const [round, setRound] = useState(0);
  const last = lastSeq(feed);
  const isLive = connection.kind === "live";

  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const begin = async () => {
      const found = await findSession(api, world, id, signal, setProblem);
      setSession(found);
      setProblem(null);
      setFeed(withoutAnswer);
      await followSession(api, world, {
        session: id,
        after: startOf(feed, found.seq),
        signal,
        onConnection: (connection) => {
          setConnection(connection);
          if (connection.kind === "over" && connection.problem?.status === 401) onUnauthorized();
        },
        onEntries: (entries) => setFeed((feed) => takeEntries(feed, entries)),
      });
    };
    begin().catch((error) => {
      if (!signal.aborted) setProblem(problemFor(error, onUnauthorized));
    });
    return () => stop.abort();
    // `feed` is where a new round goes on; it does not begin one.
  }, [id, round, api, world, onUnauthorized]);

  useEffect(() => {
    const stop = new AbortController();
    void look(api, world, id, stop.signal).then((found) => {
      if (found !== null && !stop.signal.aborted) setSession(found);
    });
    return () => stop.abort();
    // What a look missed, or what happened without an event, is seen when the stream is there again.
  }, [id, last, isLive, api, world]);

  const first = firstSeq(feed);
  const loadEarlier = useCallback(async () => {
    if (first === null || first === 1) return;
    const earlier = await fetchEvents(api, id, Math.max(0, first - 1 - EVENTS_STEP), first - 1);
    setFeed((feed) => takeEarlier(feed, earlier));
  }, [api, id, first]);
  const reconnect = useCallback(() => setRound((round) => round + 1), []);
  const earlier = first === null ? 0 : first - 1;
  return { session, problem, feed, connection, earlier, loadEarlier, reconnect };
}

/** What the API says of the session, asked until it answers. @throws {ProblemError} if it refuses */
async function findSession(
  api: Api,
  { clock, entropy }: World,
  id: string,
  signal: AbortSignal,
  onTrouble: (problem: Problem) => void = () => {},
): Promise<ApiSession> {
  for (let failures = 0;; failures++) {
    try {
      return await api.get<ApiSession>(apiPath("sessions", id), {}, signal);
    } catch (error) {
      if (!(error instanceof ProblemError) || !isPassing(error.problem)) throw error;
      onTrouble(error.problem);
      await clock.sleep(backoffMs(failures, entropy.random()), signal);
    }
  }
}

/** What the API says of the session a little later; null if it refuses: the stream says what is wrong. */
async function look(
  api: Api,
  world: World,
  id: string,
  signal: AbortSignal,
): Promise<ApiSession | null> {
  await world.clock.sleep(LOOK_MS, signal);
  return signal.aborted ? null : await findSession(api, world, id, signal).catch(() => null);
}

/** The events after one number, up to another. */
async function fetchEvents(
  api: Api,
  id: string,
  after: number,
  upTo: number,
): Promise<readonly JournalEvent[]> {
  const path = apiPath("sessions", id, "events");
  const query = { after, limit: upTo - after };
  return (await api.get<{ items: JournalEvent[] }>(path, query)).items;
}
