/**
 * Commands that were sent before: they get the answer that they got then, and change nothing.
 *
 * @module
 */
import { type Address, isRejection } from "../../actors/behavior.ts";
import type { HandledMark, MailboxStore } from "../journal/port.ts";
import type { Delivery } from "./delivery.ts";
import type { Answer } from "./port.ts";
import type { Step } from "./step.ts";

/** The answer that a command got when it was handled before, or null if it was not: a refusal does not count. */
async function earlierAnswer(
  store: Pick<MailboxStore, "handled">,
  address: Address,
  delivery: Delivery,
): Promise<Answer | null> {
  if (delivery.digest === null) return null;
  const mark = await store.handled(address, delivery.id);
  if (!mark || mark.refused) return null;
  return answerOf(delivery.origin === "direct" ? delivery.digest : null, mark);
}

/**
 * A direct command may be refused just because its first sending was taken (`session_exists`): then
 * the answer is that first one's.
 */
export async function withEarlierAnswers(
  store: Pick<MailboxStore, "handled">,
  address: Address,
  answers: Step["answers"],
): Promise<Step["answers"]> {
  if (!answers.some(isDoubtful)) return answers;
  return await Promise.all(answers.map(async (one) => {
    const earlier = isDoubtful(one) ? await earlierAnswer(store, address, one.delivery) : null;
    return earlier ? { ...one, answer: earlier } : one;
  }));
}

function isDoubtful({ delivery, answer }: Step["answers"][number]): boolean {
  return delivery.origin === "direct" && delivery.digest !== null && isRejection(answer);
}

/**
 * After a commit that was refused because one of its commands had been handled, or one of its timers
 * does not stand any more: answers the former. A timer that still stands comes again by itself.
 *
 * @returns those that are done with; the others are to be tried again
 */
export async function settleRepeats(
  store: Pick<MailboxStore, "handled">,
  address: Address,
  answers: Step["answers"],
): Promise<readonly Delivery[]> {
  const done: Delivery[] = [];
  for (const { delivery } of answers) {
    const earlier = await earlierAnswer(store, address, delivery);
    if (earlier) delivery.settle(earlier);
    if (earlier || delivery.timer) done.push(delivery);
  }
  return done;
}

/**
 * The answer to a repeated command, unless it is another request under the same id, which is a mistake
 * of its sender.
 *
 * @param digest of the request that repeats it; null: there is none to compare
 */
export function answerOf(digest: string | null, mark: HandledMark): Answer {
  if (digest !== null && mark.digest !== digest) {
    const message = "Idempotency key was used before with another request, wanted a new key";
    return { reject: { code: "idempotency_key_reused", message } };
  }
  const first = mark.reply as unknown as Answer;
  return isRejection(first) ? first : { ...first, repeated: true };
}
