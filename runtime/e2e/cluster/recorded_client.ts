/**
 * Test support: a client that talks to a cluster through all of its nodes, whatever becomes of them,
 * and writes down what it was told.
 *
 * It repeats a message, under its key and to the next node, until one acknowledges it; only then comes
 * the session's next one. It knows nothing else of the cluster.
 *
 * @module
 */
import type { ApiApproval, ApiMessageAccepted } from "../../cli/api_types.ts";
import { CliError } from "../../cli/cli_error.ts";
import { apiPath, problemError, type RequestOptions } from "../../cli/client.ts";
import { systemClock } from "../../clock.ts";
import { messageContent, type SentMessage } from "./history.ts";
import type { Member } from "./member.ts";

/** Milliseconds before another try. */
const RETRY_MS = 50;

/** Milliseconds between two looks at what people have to decide. */
const QUESTIONS_MS = 500;

/** Codes of what passes by itself, and is worth another try when anything may fail. */
export const PASSING: readonly string[] = [
  "connection_lost",
  "unreachable",
  "draining",
  "journal_unavailable",
  "fenced",
  "answer_late",
  "mailbox_full",
];

/** How a client behaves. */
export interface RecordedClientOptions {
  /** Milliseconds between an acknowledgement and the session's next message. */
  readonly pace_ms: number;
  /** The codes of what it tries again; everything else is an error. */
  readonly passing: readonly string[];
  /** How long it waits for one answer before it counts the connection as lost, in milliseconds. */
  readonly answer_ms: number;
}

/** One client of all nodes. */
export class RecordedClient {
  /** What it sent, in order for each session. */
  readonly sent: SentMessage[] = [];
  /** How often it had to try again, by the reason. */
  readonly troubles = new Map<string, number>();
  /** The questions of interrupted calls that it answered. */
  readonly settled = new Set<string>();
  readonly #members: readonly Member[];
  readonly #options: RecordedClientOptions;
  #turn = 0;

  /** Makes one. It takes the nodes in turn. */
  constructor(members: readonly Member[], options: RecordedClientOptions) {
    this.#members = members;
    this.#options = options;
  }

  /** Opens a session. */
  async open(session: string): Promise<void> {
    const body = { id: session };
    const headers = { "idempotency-key": session };
    await this.ask("POST", apiPath("sessions"), { body, headers });
  }

  /** Sends numbered messages until told to stop. */
  async talk(session: string, stop: AbortSignal): Promise<void> {
    const path = apiPath("sessions", session, "messages");
    for (let n = 0; !stop.aborted; n++) {
      const content = messageContent(session, n);
      const headers = { "idempotency-key": `${session}-${n}` };
      const { answer, node, tries } = await this.ask<ApiMessageAccepted>("POST", path, {
        body: { content },
        headers,
      });
      const at = systemClock.monotonic();
      const acknowledged = { message_id: answer.id, node: node.id, at, tries };
      this.sent.push({ session, n, content, acknowledged });
      await systemClock.sleep(this.#options.pace_ms, stop);
    }
  }

  /** Is the person whom sessions ask about interrupted calls, until told to stop: they count as failed. */
  async answerQuestions(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const { answer } = await this.ask<{ items: ApiApproval[] }>("GET", apiPath("approvals"), {
        query: { status: "pending", limit: 200 },
      });
      for (const { id } of answer.items) {
        const headers = { "idempotency-key": `settle-${id}` };
        const body = { decision: "fail", reason: "nobody knows how it ended" };
        await this.ask("POST", apiPath("approvals", id), { body, headers });
        this.settled.add(id);
      }
      await systemClock.sleep(QUESTIONS_MS, stop);
    }
  }

  /**
   * Asks one node after the other until one answers.
   *
   * @throws {CliError} for an answer that another try would not change
   */
  async ask<Answer>(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<{ readonly answer: Answer; readonly node: Member; readonly tries: number }> {
    for (let tries = 1;; tries++) {
      const node = this.#members[this.#turn++ % this.#members.length] as Member;
      try {
        return { answer: await this.#once<Answer>(node, method, path, options), node, tries };
      } catch (error) {
        const { passing } = this.#options;
        if (!(error instanceof CliError) || !passing.includes(error.code)) throw error;
        this.troubles.set(error.code, (this.troubles.get(error.code) ?? 0) + 1);
        await systemClock.sleep(RETRY_MS);
      }
    }
  }

  async #once<Answer>(
    { client }: Member,
    method: string,
    path: string,
    options: RequestOptions,
  ): Promise<Answer> {
    const [late, answered] = [new AbortController(), new AbortController()];
    const patience = systemClock.sleep(this.#options.answer_ms, answered.signal)
      .then(() => late.abort());
    try {
      const response = await client.send(method, path, { ...options, signal: late.signal });
      if (!response.ok) throw await problemError(response);
      return await response.json();
    } catch (error) {
      throw client.connectionError(error);
    } finally {
      answered.abort();
      await patience;
    }
  }
}
