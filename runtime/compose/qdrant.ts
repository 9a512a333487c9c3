/**
 * A short look at the configured Qdrant and the index on it. Changes nothing.
 *
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import { type CallOptions, QdrantCalls, type QdrantServer } from "../memory/qdrant/calls.ts";
import { COLLECTION, QdrantCollections } from "../memory/qdrant/collections.ts";
import { statusOf } from "../memory/qdrant/failure.ts";
import { layoutFault, type Model } from "../memory/qdrant/layout.ts";

/** Milliseconds that each answer may take. */
const ANSWER_MS = 3000;

/** What a node needs to know of a Qdrant before it uses it. */
export type QdrantFacts =
  | {
    readonly reached: true;
    /** For people: host and port. */
    readonly label: string;
    /** As the server writes it: `1.18.3`. */
    readonly version: string;
    readonly index: IndexFacts;
  }
  | {
    readonly reached: false;
    readonly label: string;
    readonly reason: string;
    /** The status of an answer that is a refusal; null without an answer. */
    readonly status: number | null;
  };

/** What a node needs to know of the index. */
export type IndexFacts =
  /** There is none yet: a node will make it. */
  | { readonly state: "missing" }
  /** A collection bears the name by which nodes look for the one of the day. */
  | { readonly state: "name_taken"; readonly name: string }
  | {
    readonly state: "there";
    readonly collection: string;
    /** Why it will not do for this model; null if it does. */
    readonly fault: string | null;
    /** What Qdrant says of its own state; `red` where it cannot go on. */
    readonly status: string;
    /** Of all tenants. */
    readonly items: number;
  };

/** What is looked at, and with what. */
export interface FactsOptions extends QdrantServer {
  /** The model whose vectors the index is to hold; null: none. */
  readonly model: Model | null;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

const VERSION: z.ZodType<string> = z.object({ version: z.string() })
  .transform(({ version }) => version);

/** The server's version, which alone comes without the usual envelope. */
const ASK_VERSION: CallOptions = {
  call: "say its version",
  send: async (api, init) => ({ data: { result: (await api.root({}, init)).data } }),
};

/** Asks a Qdrant what a node needs to know. */
export async function readQdrantFacts(options: FactsOptions): Promise<QdrantFacts> {
  const { model, clock, entropy } = options;
  const label = new URL(options.url).host;
  await using calls = QdrantCalls.to(options, {
    clock,
    entropy,
    bounds: { deadline_ms: ANSWER_MS, tries_max: 1 },
  });
  const collections = new QdrantCollections(calls, { name: COLLECTION, clock, entropy, model });
  try {
    const version = await calls.ask(VERSION, ASK_VERSION);
    return { reached: true, label, version, index: await readIndex(collections, model) };
  } catch (error) {
    if (!(error instanceof SynapseError)) throw error;
    const status = statusOf(error);
    const reason = status === 404 ? "What answers there is no Qdrant" : errorMessage(error);
    return { reached: false, label, reason, status };
  }
}

async function readIndex(
  collections: QdrantCollections,
  model: Model | null,
): Promise<IndexFacts> {
  const { current: collection } = await collections.places();
  if (collection === null) {
    const name = collections.current;
    return (await collections.names()).includes(name)
      ? { state: "name_taken", name }
      : { state: "missing" };
  }
  const info = await collections.info(collection);
  const items = await collections.count(collection);
  return {
    state: "there",
    collection,
    fault: layoutFault(info, model),
    status: info.status,
    items,
  };
}
