/**
 * The memory that a configuration names.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config, MemoryConfig } from "../config.ts";
import type { Entropy } from "../entropy.ts";
import { errorMessage } from "../errors.ts";
import { LateMemory } from "../memory/late.ts";
import { observedMemory } from "../memory/observed.ts";
import type { Embedder, Memory } from "../memory/port.ts";
import type { Logger, Metrics } from "../telemetry/port.ts";
import { makeDataFolder } from "./data_folder.ts";

/** Milliseconds for one request to an embedding model: many texts at once on a small machine. */
const EMBEDDING_MS = 30_000;

/** What memory needs besides its configuration. */
export interface MemoryWorld {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Opens memory. One that cannot be opened now is opened later, and until then says that it is away.
 *
 * @returns null where agents do not remember
 */
export async function openMemory(
  { memory: config, journal, llm }: Pick<Config, "memory" | "journal" | "llm">,
  world: MemoryWorld,
): Promise<Memory | null> {
  if (config === null) return null;
  const { log, clock } = world;
  const embedder = await openEmbedder(config, llm, world);
  const opened = new LateMemory({
    clock,
    carrier: carrierOf(config.index),
    open: () => openIndex(config.index, { ...world, embedder, journal }),
  });
  const memory = observedMemory(opened, world);
  // A database far away is looked at when somebody asks; a file is there or it is not.
  if (config.index.kind === "embedded") {
    await memory.check().catch((error) =>
      log.warn({ err: error }, `Memory is away: ${errorMessage(error)}`)
    );
  }
  return memory;
}

function carrierOf(index: MemoryConfig["index"]): string {
  // The rest of an address may hold a password.
  return index.kind === "embedded"
    ? `SQLite file ${index.path}`
    : `Qdrant at ${new URL(index.url).host}`;
}

/** Whoever goes by words alone does without the client. */
async function openEmbedder(
  { embeddings }: MemoryConfig,
  { retry }: Config["llm"],
  world: MemoryWorld,
): Promise<Embedder | null> {
  if (embeddings === null) return null;
  const { createEmbedder } = await import("../memory/embeddings.ts");
  return createEmbedder({ ...world, ...embeddings, retry, deadline_ms: EMBEDDING_MS });
}

interface IndexWorld extends MemoryWorld {
  readonly embedder: Embedder | null;
  readonly journal: Config["journal"];
}

/** Whoever keeps memory in a file does without the client. */
async function openIndex(index: MemoryConfig["index"], world: IndexWorld): Promise<Memory> {
  const { embedder, clock, entropy, journal } = world;
  if (index.kind === "qdrant") {
    const { openQdrantMemory } = await import("../memory/qdrant/open.ts");
    const { url, api_key } = index;
    const key = api_key === null ? {} : { api_key };
    return openQdrantMemory({ url, ...key, embedder, clock, entropy });
  }
  const { openEmbeddedMemory } = await import("../memory/embedded/open.ts");
  await makeDataFolder(dirname(index.path));
  const { synchronous } = journal;
  return await openEmbeddedMemory({ path: index.path, embedder, clock, synchronous });
}
