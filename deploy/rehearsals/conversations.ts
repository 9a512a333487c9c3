/**
 * A client that remembers what it was told: every message that was acknowledged, and when.
 *
 * @module
 */
import { Client } from "../../runtime/cli/client.ts";
import { CliError } from "../../runtime/cli/cli_error.ts";
import { EXIT } from "../../runtime/cli/exit_code.ts";
import { systemClock } from "../../runtime/clock.ts";
import { systemEntropy } from "../../runtime/entropy.ts";
import { eventsOf, openSession, payloads, send } from "../../runtime/e2e/session_calls.ts";
import { type Acknowledged, missingOrdered } from "./acknowledged.ts";
import { require } from "./rehearsal_error.ts";

/** How long one message may be refused before the rehearsal fails, in milliseconds. */
const PATIENCE_MS = 90_000;

/** Between two tries, in milliseconds. */
const RETRY_MS = 200;

/** Every so many messages the sender waits for the answer, so that no session's queue is ever full. */
const WAITS_EVERY = 5;

/** How long the turns of acknowledged messages may take, in milliseconds. */
const TURNS_MS_MAX = 60_000;

/** Some sessions, each with one sender. */
export class Conversations {
  readonly client: Client;
  /** Every message that was acknowledged, in its sender's order. */
  readonly acknowledged: Acknowledged[] = [];
  readonly #sessions: readonly string[];
  readonly #sent = new Map<string, number>();

  /** @param url of the API */
  constructor(url: string, apiKey: string, count: number) {
    this.client = new Client(url, { apiKey, clock: systemClock, entropy: systemEntropy });
    this.#sessions = Array.from({ length: count }, (_, number) => `rehearsal-${number + 1}`);
  }

  /** Makes the sessions. */
  async open(): Promise<void> {
    for (const session of this.#sessions) {
      await this.#persist(() => openSession(this.client, session));
    }
  }

  /** Sends to all sessions at once, one message after the other in each, until the signal aborts. */
  async talk(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#sessions.map(async (session) => {
      while (!signal.aborted) await this.#sendNext(session);
    }));
  }

  /** Sends so many messages to each session. */
  async say(count: number): Promise<void> {
    await Promise.all(this.#sessions.map(async (session) => {
      for (let i = 0; i < count; i++) await this.#sendNext(session);
    }));
  }

  /**
   * Looks whether the journal holds everything that was acknowledged, once and in order, and whether
   * every turn comes to its end.
   *
   * @param before of what was acknowledged later nothing is demanded, in milliseconds since the epoch
   * @returns how many messages were looked for
   * @throws {RehearsalError} naming the first that is missing
   */
  async check(before = Infinity): Promise<number> {
    const demanded = this.acknowledged.filter(({ at }) => at < before);
    for (const session of this.#sessions) {
      const events = await this.#settled(session);
      const received = payloads<{ readonly content: string }>(events, "message.received")
        .map(({ content }) => content);
      const fault = missingOrdered(
        demanded.filter((message) => message.session === session).map(({ content }) => content),
        received,
      );
      require(fault === null, `Session ${session}: ${fault}`);
    }
    require(demanded.length > 0, "No message was acknowledged");
    return demanded.length;
  }

  /** Nobody remembers what was acknowledged at that time or later, in milliseconds since the epoch. */
  forget(since: number): void {
    this.acknowledged.splice(0, Infinity, ...this.acknowledged.filter(({ at }) => at < since));
  }

  /** All events of a session, once each of its messages has been answered. */
  async #settled(session: string) {
    const end = systemClock.monotonic() + TURNS_MS_MAX;
    for (;;) {
      const events = await this.#persist(() => eventsOf(this.client, session));
      const count = (type: string) => events.filter((event) => event.type === type).length;
      const [asked, answered] = [count("message.received"), count("turn.completed")];
      if (asked === answered) return events;
      const late = systemClock.monotonic() > end;
      require(!late, `Session ${session}: ${asked} messages, ${answered} turns completed`);
      await systemClock.sleep(RETRY_MS);
    }
  }

  async #sendNext(session: string): Promise<void> {
    const number = (this.#sent.get(session) ?? 0) + 1;
    this.#sent.set(session, number);
    const content = `message ${number} of ${session}`;
    // The key makes sure that a repetition is no second message.
    const wait = number % WAITS_EVERY === 0 ? { query: { wait: "30s" } } : {};
    const key = `${session}-${number}`;
    await this.#persist(() => send(this.client, session, content, { key, ...wait }));
    this.acknowledged.push({ session, content, at: systemClock.now() });
  }

  /** Repeats what is safe to repeat, until it is answered or refused. */
  async #persist<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
    const end = systemClock.monotonic() + PATIENCE_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const refused = error instanceof CliError && error.exit === EXIT.refused;
        if (refused || systemClock.monotonic() > end) throw error;
        await systemClock.sleep(RETRY_MS);
      }
    }
  }
}
