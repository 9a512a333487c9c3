/**
 * Answers to the nodes that wait for them: one short stream for each node. A stream and not a channel,
 * because it is read by the reader that is there anyway and outlives the reader's connection.
 *
 * @module
 */
import type { Answers, HandledCommand } from "../port.ts";
import { type Followers, START } from "./followers.ts";
import type { RedisKeys } from "./keys.ts";
import type { Outlet } from "./outlet.ts";
import { answer, answerFields } from "./records.ts";

/** How a node's answers are bounded: nobody waits longer than that. */
const BOUNDS = { entries: 10_000, ttl_ms: 60_000 };

/** What the answers need. */
export interface RedisAnswersOptions {
  readonly outlet: Outlet;
  readonly followers: Followers;
  readonly keys: RedisKeys;
}

/** Answers through Redis. */
export class RedisAnswers implements Answers {
  readonly #options: RedisAnswersOptions;

  constructor(options: RedisAnswersOptions) {
    this.#options = options;
  }

  send(node: string, handled: readonly HandledCommand[]): void {
    const { outlet, keys } = this.#options;
    const entries = handled.map(answerFields);
    outlet.append("answer", { key: keys.answers(node), bounds: BOUNDS, entries });
  }

  listen(node: string, handler: (handled: HandledCommand) => void): () => void {
    const { followers, keys } = this.#options;
    let listening = true;
    const following = followers.follow(keys.answers(node), {
      entries: (entries) => {
        for (const { fields } of entries) {
          const handled = fields && answer(fields);
          if (handled && listening) handler(handled);
        }
      },
      lost: () => {},
    });
    // From the beginning: answers that nobody waits for (any more) do no harm.
    following.begin(START);
    return () => {
      listening = false;
      following.end();
    };
  }
}
