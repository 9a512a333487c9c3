/**
 * Test support: people who talk to a cluster through one address and try nothing twice: every answer
 * that is an error, and every connection that breaks under a request, is a failure.
 *
 * It does not stand on `fetch` or `node:http`, because in Deno both send a request again, a POST too,
 * when the connection that they had kept breaks under it, and say nothing of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Client } from "undici";
import type { ApiMessageAccepted, ApiMessageAnswered } from "../../cli/api_types.ts";
import { apiPath } from "../../cli/client.ts";
import { systemClock } from "../../clock.ts";
import { errorMessage } from "../../errors.ts";
import type { SentMessage } from "./history.ts";
import { TurnFollower } from "./turn_follower.ts";

/** Milliseconds between a person's actions: connections that are kept are never unused for a second. */
const PACE_MS = 150;

/** How long an answer may keep somebody waiting, in milliseconds. */
const ANSWER_MS = 60_000;

/** Begins a message whose turn takes half a second. */
const LONG = "/tokens 20\n/slow 25\n/say ";

/** Its own timers would be left over after a test; how long anything may take is seen to here. */
const UNTIMED = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 0 } };

/** What a request was for. */
export type RequestKind = "open" | "message" | "stream" | "list";

/** How requests of a kind went. */
export interface Tally {
  count: number;
  /** Milliseconds. */
  longest_ms: number;
}

/** How often the node that people spoke to stopped under their request, and sent them on in good order. */
export interface SentOn {
  /** Event streams that ended before the turn. */
  streams: number;
  /** Messages answered with 202 before the turn was over. */
  waits: number;
}

/** A session's person. */
interface Person {
  /** Whether connections and event streams are kept; else each request has its own. */
  readonly keeps: boolean;
  /** Whether answers are followed as event streams, and not waited for. */
  readonly streams: boolean;
  readonly connection: Client;
  readonly follower: TurnFollower;
  /** Messages answered with 202 although they were waited for. */
  waits: number;
}

/** All people. Dispose of it to close their connections. */
export class BalancedClient implements AsyncDisposable {
  readonly sent: SentMessage[] = [];
  /** What must not be, in words. */
  readonly failures: string[] = [];
  readonly tallies = new Map<RequestKind, Tally>();
  readonly #url: string;
  readonly #people = new Map<string, Person>();
  readonly #connections: Client[] = [];

  /** @param url the address for everything */
  constructor(url: string) {
    this.#url = url;
  }

  /** How often people were sent on: those who keep their connections, or those who do not. */
  sentOn(keeps: boolean): SentOn {
    const people = [...this.#people.values()].filter((person) => person.keeps === keeps);
    return {
      streams: people.reduce((sum, { follower }) => sum + follower.sent_on, 0),
      waits: people.reduce((sum, { waits }) => sum + waits, 0),
    };
  }

  /** Opens a session. Every second person keeps connections, every second pair streams. */
  async open(session: string): Promise<void> {
    const n = this.#people.size;
    const keeps = n % 2 === 0;
    const person = {
      keeps,
      streams: n % 4 >= 2,
      connection: this.#connection(),
      follower: new TurnFollower({ session, connection: this.#connection(), keeps }),
      waits: 0,
    };
    this.#people.set(session, person);
    await this.#ask(person, "open", "POST", apiPath("sessions"), { id: session });
  }

  /** Sends numbered messages, and looks at lists between them, until told to stop. */
  async talk(session: string, stop: AbortSignal): Promise<void> {
    const person = this.#people.get(session);
    assert.ok(person, session);
    for (let n = 0; !stop.aborted; n++) {
      const words = `${session}/${n}`;
      const content = person.streams || n % 2 === 0 ? LONG + words : words;
      const message_id = await (person.streams
        ? this.#stream(person, session, content)
        : this.#wait(person, session, content));
      const at = systemClock.monotonic();
      const acknowledged = message_id === null ? null : { message_id, node: "any", at, tries: 1 };
      this.sent.push({ session, n, content, acknowledged });
      await systemClock.sleep(PACE_MS, stop);
      const path = n % 2 === 0 ? `${apiPath("sessions")}?limit=20` : apiPath("sessions", session);
      await this.#ask(person, "list", "GET", path);
      await systemClock.sleep(PACE_MS, stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.destroy()));
  }

  #connection(): Client {
    const connection = new Client(this.#url, UNTIMED);
    this.#connections.push(connection);
    return connection;
  }

  /** Sends a message and waits for its answer. Returns its id; null: it failed. */
  async #wait(person: Person, session: string, content: string): Promise<string | null> {
    const path = `${apiPath("sessions", session, "messages")}?wait=30s`;
    const answer = await this.#ask<ApiMessageAccepted | ApiMessageAnswered>(
      person,
      "message",
      "POST",
      path,
      { content },
    );
    if (answer === null) return null;
    if (!("outcome" in answer)) person.waits++;
    else if (answer.outcome !== "completed") this.failures.push(`${session}: ${answer.outcome}`);
    return answer.id;
  }

  /** Sends a message and follows the session until its turn is over. Returns its id; null: it failed. */
  async #stream(person: Person, session: string, content: string): Promise<string | null> {
    const path = apiPath("sessions", session, "messages");
    const answer = await this.#ask<ApiMessageAccepted>(person, "message", "POST", path, {
      content,
    });
    if (answer === null) return null;
    await this.#timed(
      "stream",
      session,
      (late) => person.follower.follow(answer.id, late),
    );
    return answer.id;
  }

  /** Asks once. Null: it failed. */
  async #ask<Answer>(
    { connection, keeps }: Person,
    kind: RequestKind,
    method: "GET" | "POST",
    path: string,
    content?: unknown,
  ): Promise<Answer | null> {
    return await this.#timed(kind, `${method} ${path}`, async (signal) => {
      const { statusCode, body } = await connection.request({
        method,
        path,
        reset: !keeps,
        signal,
        ...(content === undefined ? {} : {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(content),
        }),
      });
      const text = await body.text();
      assert.ok(statusCode < 400, `${statusCode} ${text}`);
      return JSON.parse(text) as Answer;
    });
  }

  async #timed<Result>(
    kind: RequestKind,
    what: string,
    work: (late: AbortSignal) => Promise<Result>,
  ): Promise<Result | null> {
    const begun = systemClock.monotonic();
    const tally = this.tallies.get(kind) ?? { count: 0, longest_ms: 0 };
    this.tallies.set(kind, tally);
    const [late, answered] = [new AbortController(), new AbortController()];
    const patience = systemClock.sleep(ANSWER_MS, answered.signal).then(() => {
      if (!answered.signal.aborted) late.abort();
    });
    try {
      return await work(late.signal);
    } catch (error) {
      this.failures.push(`${kind}, ${what}: ${errorMessage(error)}`);
      return null;
    } finally {
      answered.abort();
      await patience;
      tally.count++;
      tally.longest_ms = Math.max(tally.longest_ms, systemClock.monotonic() - begun);
    }
  }
}
