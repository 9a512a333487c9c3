/**
 * How fast the index is, and how much memory it takes in this process, at a number of items.
 *
 * @module
 */
import process from "node:process";
import { invariant } from "../actors/invariant.ts";
import { percentile, round } from "../runtime/capacity/turns.ts";
import { systemClock } from "../runtime/clock.ts";
import {
  type Embedder,
  type Memory,
  MEMORY_KINDS,
  type MemoryItem,
  type RecallQuery,
} from "../runtime/memory/port.ts";
import { fileMib, type IndexPlace, openIndex } from "./memory_index.ts";

/** Items remembered at once, as a rebuild does. */
const BATCH = 256;

/** Items remembered one at a time. */
const SINGLES = 200;

/** Questions of each way to recall. */
const QUESTIONS = 200;

/** Different words of all texts. */
const VOCABULARY = 20_000;

/** How many still more common words there would be, were they no stop words. */
const STOPPED = 10;

/** Agents that share the tenant. */
const AGENTS = 4;

/** Numbers in [0, 1), the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A word, the common ones much more often than the rare ones, as in any language (Zipf's law). */
function word(random: () => number): string {
  const rank = Math.floor(STOPPED * (1 + VOCABULARY / STOPPED) ** random()) - STOPPED;
  return `w${rank.toString(36)}q`;
}

function sentence(random: () => number, words: number): string {
  return Array.from({ length: words }, () => word(random)).join(" ");
}

/** A vector of length 1 in any direction: what is measured does not depend on which. */
function randomVector(random: () => number, dimensions: number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random() + random() - 1);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** A model that takes no time that counts: what it takes is noted, to be left out. */
function randomEmbedder(dimensions: number): Embedder & { spent_ms: number } {
  const random = seeded(7);
  return {
    model: "random",
    dimensions,
    spent_ms: 0,
    embed(texts) {
      const start = performance.now();
      const vectors = texts.map(() => randomVector(random, dimensions));
      this.spent_ms += performance.now() - start;
      return Promise.resolve(vectors);
    },
  };
}

function* items(count: number, random: () => number): Generator<MemoryItem> {
  for (let n = 0; n < count; n++) {
    yield {
      id: `m${n}`,
      tenant: "bench",
      agent: `bot_${n % AGENTS}`,
      session: `ses_${Math.floor(n / 20)}`,
      kind: MEMORY_KINDS[n % MEMORY_KINDS.length]!,
      text: sentence(random, 8 + Math.floor(random() * 10)),
      at: 1_700_000_000_000 + n,
    };
  }
}

const residentMiB = () => round(process.memoryUsage().rss / 2 ** 20);

/** Milliseconds of each way to recall. */
async function recallTimes(memory: Memory, filter: Partial<RecallQuery["filter"]>) {
  const random = seeded(99);
  const times: Record<string, { p50: number; p99: number }> = {};
  for (const mode of ["lexical", "dense", "hybrid"] as const) {
    const taken: number[] = [];
    for (let n = 0; n < QUESTIONS; n++) {
      const text = sentence(random, 6);
      const query = { text, filter: { tenant: "bench", ...filter }, k: 8, mode };
      const start = performance.now();
      await memory.recall(query);
      taken.push(performance.now() - start);
    }
    taken.sort((a, b) => a - b);
    times[mode] = { p50: round(percentile(taken, 0.5)), p99: round(percentile(taken, 0.99)) };
  }
  return times;
}

/** Remembers items one at a time, each with its own wait for the disk. */
async function singles(memory: Memory): Promise<number> {
  const random = seeded(5);
  const start = performance.now();
  for (let n = 0; n < SINGLES; n++) {
    const [item] = items(1, random);
    await memory.remember([{ ...item!, id: `single_${n}` }]);
  }
  return round(SINGLES / ((performance.now() - start) / 1000));
}

/** Fills a new index. */
export async function buildScale(place: IndexPlace, count: number, dimensions: number) {
  const embedder = randomEmbedder(dimensions);
  await using memory = await openIndex(place, embedder);
  const start = performance.now();
  const rest = [...items(count, seeded(1))];
  while (rest.length > 0) await memory.remember(rest.splice(0, BATCH));
  const batches = round(count / ((performance.now() - start - embedder.spent_ms) / 1000));
  const one_at_a_time = await singles(memory);
  return { upserts_per_second: { batches, one_at_a_time } };
}

/** Builds the index anew, with a question every few milliseconds all along. */
async function rebuildTimes(memory: Memory, count: number) {
  const taken: number[] = [];
  let over = false;
  const ask = async () => {
    const random = seeded(3);
    while (!over) {
      const query = { text: sentence(random, 6), filter: { tenant: "bench" }, k: 8 };
      const start = performance.now();
      const found = await memory.recall(query);
      taken.push(performance.now() - start);
      invariant(found.length > 0, "B5 recall answers during a rebuild");
      await systemClock.sleep(20);
    }
  };
  const build = async () => {
    await using rebuild = await memory.rebuild("bench");
    const rest = [...items(count, seeded(1))];
    while (rest.length > 0) await rebuild.add(rest.splice(0, BATCH));
    await rebuild.finish();
    over = true;
  };
  const start = performance.now();
  await Promise.all([build(), ask()]);
  const seconds = round((performance.now() - start) / 1000);
  taken.sort((a, b) => a - b);
  return {
    seconds,
    questions: taken.length,
    recall_ms: {
      p50: round(percentile(taken, 0.5)),
      p99: round(percentile(taken, 0.99)),
      longest: round(taken.at(-1) ?? 0),
    },
  };
}

/** Measures an index that {@link buildScale} has filled, in a process that has done nothing else. */
export async function measureScale(place: IndexPlace, count: number, dimensions: number) {
  const before = residentMiB();
  await using memory = await openIndex(place, randomEmbedder(dimensions));
  const start = performance.now();
  await memory.recall({ text: "w1q", filter: { tenant: "bench" }, k: 8 });
  const first_recall_ms = round(performance.now() - start);
  const loaded = residentMiB();
  const recall_ms = await recallTimes(memory, {});
  const recall_of_one_agent_ms = await recallTimes(memory, { agent: "bot_1" });
  const after = residentMiB();
  const file_mib = await fileMib(place);
  const rebuild = await rebuildTimes(memory, count);
  return {
    first_recall_ms,
    recall_ms,
    recall_of_one_agent_ms,
    file_mib,
    rebuild,
    resident_mib: { before, loaded, after, after_rebuild: residentMiB() },
  };
}
