/**
 * How well the index recalls: questions, each with the one fact that answers it, among all the others
 * and facts that only share its words.
 *
 * @module
 */
import { round } from "../runtime/capacity/turns.ts";
import type { Embedder, Memory, MemoryItem } from "../runtime/memory/port.ts";
import { termsOf } from "../runtime/memory/terms.ts";
import { type IndexPlace, openIndex } from "./memory_index.ts";
import set from "./memory_set.json" with { type: "json" };

/** How far down an answer is looked for. */
const DEPTH = 10;

/** Figures over some questions. */
interface Quality {
  readonly questions: number;
  /** Share of the questions whose fact is among the first five. */
  readonly recall_at_5: number;
  /** Mean of 1 / rank, of the first ten. */
  readonly mrr: number;
  /** With one relevant fact: mean of 1 / log2(1 + rank), of the first ten. */
  readonly ndcg_at_10: number;
}

/** Figures from ranks; null: not among the first ten. */
export function qualityOf(ranks: readonly (number | null)[]): Quality {
  const mean = (value: (rank: number) => number) =>
    round(
      ranks.reduce<number>((sum, rank) => sum + (rank === null ? 0 : value(rank)), 0) /
        ranks.length,
    );
  return {
    questions: ranks.length,
    recall_at_5: mean((rank) => rank <= 5 ? 1 : 0),
    mrr: mean((rank) => 1 / rank),
    ndcg_at_10: mean((rank) => 1 / Math.log2(1 + rank)),
  };
}

function item(id: string, text: string): MemoryItem {
  return { id, tenant: "bench", agent: "bot", session: "ses", kind: "fact", text, at: 0 };
}

/** Whether a question and its fact have a term in common. */
function sharesTerm([question, fact]: readonly string[]): boolean {
  return new Set(termsOf(question ?? "")).intersection(new Set(termsOf(fact ?? ""))).size > 0;
}

async function rankOf(
  memory: Memory,
  question: string,
  id: string,
  mode: "lexical" | "dense" | "hybrid",
): Promise<number | null> {
  const filter = { tenant: "bench" };
  const found = await memory.recall({ text: question, filter, k: DEPTH, mode });
  const place = found.findIndex(({ item }) => item.id === id);
  return place < 0 ? null : place + 1;
}

/** Measures all three ways to recall, over all questions and over the two halves. */
export async function measureQuality(place: IndexPlace, embedder: Embedder) {
  await using memory = await openIndex(place, embedder);
  const texts = new Set([...set.pairs.map(([, fact]) => fact ?? ""), ...set.distractors]);
  await memory.remember(Array.from(texts, (text) => item(text, text)));
  const { items } = await memory.stats("bench");
  const shares = set.pairs.map(sharesTerm);
  const figures: Record<string, Record<string, Quality>> = {};
  for (const mode of ["lexical", "dense", "hybrid"] as const) {
    const ranks: (number | null)[] = [];
    for (const [question, fact] of set.pairs) {
      ranks.push(await rankOf(memory, question ?? "", fact ?? "", mode));
    }
    figures[mode] = {
      all: qualityOf(ranks),
      sharing_a_term: qualityOf(ranks.filter((_, i) => shares[i])),
      sharing_none: qualityOf(ranks.filter((_, i) => !shares[i])),
    };
  }
  return { items, dense_by: embedder.model, ...figures };
}
