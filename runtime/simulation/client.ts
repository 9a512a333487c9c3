/**
 * A client as demanding ones are: it numbers what it sends, sends it through any node, repeats what was
 * not answered under the same id, and writes down what it was told.
 *
 * @module
 */
import { isRejection } from "../../actors/behavior.ts";
import { addressKey } from "../engine/placement.ts";
import type { Answer, PostedCommand, SubmitOptions } from "../engine/port.ts";
import { errorCode, SynapseError } from "../errors.ts";
import type { Machine, Running } from "./machine.ts";
import { drawWish, type Known, type Operation, type Wish } from "./operations.ts";
import type { Outcome } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { Trace } from "./trace.ts";

/** What a client needs. */
export interface ClientOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly machines: readonly Machine[];
  /** The operations of all clients. */
  readonly record: Operation[];
  /** Hears of an error that no engine should give. */
  readonly onStrange: (who: string, error: unknown) => void;
}

/** How long a client waits for one answer, and at most between two tries or operations, in milliseconds. */
const PATIENCE_MS = 12_000;
const RETRY_MS_MAX = 400;
const THINK_MS_MAX = 300;

/** Commands in one post, at most. */
const POST_MAX = 5;

/** Errors after which the same may be tried again. */
const AGAIN: readonly string[] = [
  "fenced",
  "draining",
  "journal_unavailable",
  "mailbox_full",
  "answer_late",
];

/** One client. */
export class Client {
  readonly #options: ClientOptions;
  #sent = 0;
  #acknowledged = 0;
  #begun: Wish & { readonly mark: string } | null = null;
  /** Posted commands whose answers are not in yet. */
  readonly #open = new Set<Promise<void>>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** What it posts comes from another sender: between the two ways there is no order. */
  get #poster(): string {
    return `${this.#options.name}p`;
  }

  /** Sends one thing after the other while `on`, and resolves when all it repeats is answered. */
  async run(on: () => boolean): Promise<void> {
    const { scheduler, random } = this.#options;
    while (on()) {
      if (random.chance(0.12)) await this.#post();
      else await this.send(this.#draw(), random.chance(0.65));
      await scheduler.sleep(random.between(0, THINK_MS_MAX));
    }
    await Promise.all(this.#open);
  }

  /** Has one command done. Resolves when it is answered; without an id, after one try. */
  async send(wish: Wish & { readonly mark: string }, with_id: boolean): Promise<void> {
    const { mark, address, command } = wish;
    const operation = this.#note(wish, with_id ? mark : null, null);
    const { name: sender } = this.#options;
    const options: SubmitOptions = with_id ? { id: mark, digest: "d", sender } : { sender };
    for (;;) {
      const { engine, process } = await this.#reach();
      const outcome = await process.request(
        () => engine.submit(address, command, options),
        PATIENCE_MS,
      );
      this.#learn(operation, outcome, process.incarnation);
      if (!with_id || isAnswered(operation)) return;
      await this.#pause();
    }
  }

  /** Stores several commands in order, and hears of their answers later. */
  async #post(): Promise<void> {
    const { random } = this.#options;
    const wishes = Array.from({ length: random.integer(1, POST_MAX) }, () => this.#draw());
    const post = wishes[0]!.mark;
    const operations = wishes.map((wish) => this.#note(wish, wish.mark, post));
    const commands = wishes.map(({ address, command, mark }): PostedCommand => ({
      address,
      command,
      id: mark,
      digest: "d",
      sender: this.#poster,
      request_id: post,
    }));
    for (;;) {
      const { engine, process } = await this.#reach();
      const outcome = await process.request(
        // A promise in a promise would be waited for.
        async () => ({ answers: await engine.post(commands) }),
        PATIENCE_MS,
      );
      if (outcome.kind === "answer") {
        const by = process.incarnation;
        this.#options.trace.note(this.#poster, `${post} and what was posted with it is stored`);
        operations.forEach((operation, i) => {
          if (operation.known === "unknown") operation.known = "stored";
          operation.acknowledged ??= ++this.#acknowledged;
          const late = this.#await(operation, outcome.answer.answers[i]!, by);
          this.#open.add(late.finally(() => this.#open.delete(late)));
        });
        return;
      }
      for (const operation of operations) operation.doubtful = true;
      if (outcome.kind === "error") this.#expect(outcome.error);
      await this.#pause();
    }
  }

  /** Hears of the answer to a posted command, unless its node dies before. */
  async #await(operation: Operation, answer: Promise<Answer>, by: string): Promise<void> {
    const { scheduler } = this.#options;
    const heard = answer.then(
      (answer): Outcome<Answer> => ({ kind: "answer", answer }),
      (error): Outcome<Answer> => ({ kind: "error", error }),
    );
    const silence = scheduler.sleep(PATIENCE_MS).then((): Outcome<Answer> => ({ kind: "silence" }));
    this.#learn(operation, await Promise.race([heard, silence]), by);
  }

  #draw(): Wish & { readonly mark: string } {
    const { random, name, scheduler } = this.#options;
    const mark = `${name}.${++this.#sent}`;
    const wish = { mark, ...drawWish(random, mark, scheduler.now) };
    const { type } = wish.command;
    if (type === "begin") this.#begun = wish;
    // A cancellation is for the job that was begun last.
    if (type !== "cancel" || !this.#begun) return wish;
    return { ...this.#begun, mark, command: { type, job: this.#begun.mark } };
  }

  #note(
    { mark, address, command }: Wish & { mark: string },
    id: string | null,
    post: string | null,
  ): Operation {
    const operation: Operation = {
      mark,
      sender: post === null ? this.#options.name : this.#poster,
      address,
      command,
      id,
      sent: this.#acknowledged,
      post,
      known: "unknown",
      doubtful: false,
      acknowledged: null,
      told_at: null,
    };
    this.#options.record.push(operation);
    return operation;
  }

  #learn(operation: Operation, outcome: Outcome<Answer>, by: string): void {
    const { trace, name } = this.#options;
    const { mark, address, command } = operation;
    const what = `${mark} ${command.type} at ${addressKey(address)} by ${by}`;
    if (outcome.kind !== "answer") operation.doubtful = true;
    if (outcome.kind === "silence") return trace.note(name, `${what}: silence`);
    if (outcome.kind === "error") {
      trace.note(name, `${what}: error ${errorCode(outcome.error)}`);
      this.#expect(outcome.error);
      if (errorCode(outcome.error) === "answer_late") operation.known = "stored";
      return;
    }
    operation.told_at = this.#options.scheduler.now;
    operation.known = knownBy(outcome.answer);
    operation.acknowledged ??= ++this.#acknowledged;
    trace.note(name, `${what}: ${operation.known} ${JSON.stringify(outcome.answer)}`);
    if (isRejection(outcome.answer) && outcome.answer.reject.code === "idempotency_key_reused") {
      this.#options.onStrange(name, new SynapseError("idempotency_key_reused", `for ${mark}`));
    }
  }

  #expect(error: unknown): void {
    if (error instanceof SynapseError && AGAIN.includes(error.code)) return;
    this.#options.onStrange(this.#options.name, error);
  }

  /** A node that can be reached, however long that takes. */
  async #reach(): Promise<Running> {
    for (;;) {
      const running = this.#options.random.pick(this.#options.machines).current;
      if (running?.ready && running.process.alive) return running;
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    await this.#options.scheduler.sleep(this.#options.random.between(1, RETRY_MS_MAX));
  }
}

/** Whether its client knows how it ended. */
export function isAnswered({ known }: Operation): boolean {
  return known !== "unknown" && known !== "stored";
}

function knownBy(answer: Answer): Known {
  if (!isRejection(answer)) return "done";
  return answer.reject.code === "command_poisoned" ? "poisoned" : "refused";
}
