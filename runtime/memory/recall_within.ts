/**
 * A look into memory that ends in time, with or without an answer.
 *
 * @module
 */
import type { CommandOf } from "../../actors/session/commands.ts";
import type { RecallMode } from "../../actors/session/memory_item.ts";
import type { RecallWork } from "../../actors/session/memory_request.ts";
import type { Clock } from "../clock.ts";
import type { EffectContext } from "../engine/effect_handler.ts";
import { errorCode, SynapseError } from "../errors.ts";
import type { TextMask } from "../redaction.ts";
import { memoryFault } from "./memory_fault.ts";
import type { Memory, RecalledItem, RecallQuery } from "./port.ts";
import { within } from "./within.ts";

/** Milliseconds that a turn waits for memory. */
const RECALL_MS = 2000;

/** Of these, what a look by meaning has before it is done by words alone. */
const MEANING_MS = 1200;

/** What a look is made with. */
export interface RecallOptions {
  /** Null: there is none. */
  readonly memory: Memory | null;
  /** Whether items are also found by meaning. */
  readonly dense: boolean;
  readonly clock: Pick<Clock, "sleep" | "monotonic">;
  /** Masks what is journaled of a failure. */
  readonly mask: TextMask;
}

/** Looks. Whatever goes wrong, the answer says so. */
export async function recallWithin(
  work: RecallWork,
  { address, signal }: EffectContext,
  options: RecallOptions,
): Promise<CommandOf<"memory.found">> {
  const { call_id, query: text, owner, k, kinds, min_score } = work;
  const filter = { tenant: address.tenant, agent: owner, ...(kinds === null ? {} : { kinds }) };
  try {
    const { found, mode } = await look({ text, filter, k }, signal, options);
    const items = found.filter(({ score }) => min_score === null || score >= min_score)
      .map(({ item: { id, kind, text, at }, score }) => ({ id, kind, text, at, score }));
    return { type: "memory.found", call_id, items, mode, unavailable: null };
  } catch (error) {
    const unavailable = memoryFault(error, options.mask);
    return { type: "memory.found", call_id, items: [], mode: "none", unavailable };
  }
}

interface Found {
  readonly found: readonly RecalledItem[];
  readonly mode: RecallMode;
}

/** By meaning and by words; by words alone when the embedding model is away or slow. */
async function look(
  query: RecallQuery,
  signal: AbortSignal,
  { memory, dense, clock }: RecallOptions,
): Promise<Found> {
  if (memory === null) throw new SynapseError("memory_unavailable", "There is no memory here");
  const start = clock.monotonic();
  const left = () => Math.max(1, RECALL_MS - (clock.monotonic() - start));
  if (dense) {
    try {
      const found = await within(clock, MEANING_MS, signal, (ended) => memory.recall(query, ended));
      return { found, mode: "hybrid" };
    } catch (error) {
      if (errorCode(error) !== "memory_unavailable") throw error;
    }
  }
  const byWords = { ...query, mode: "lexical" } as const;
  return {
    found: await within(clock, left(), signal, (ended) => memory.recall(byWords, ended)),
    mode: "lexical",
  };
}
