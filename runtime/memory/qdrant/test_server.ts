/**
 * Test support: a Qdrant to test with, the real one or its stand-in.
 *
 * @module
 */
import { QdrantClient } from "@qdrant/js-client-rest";
import { systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import type { OpenSubject } from "../contract/subject.ts";
import type { Embedder, Memory } from "../port.ts";
import { addressOf } from "./address.ts";
import { openQdrantMemory, type QdrantMemoryOptions } from "./open.ts";
import { QdrantStandIn } from "./stand_in/server.ts";

/** The options of a memory with the machine's clock. */
export function testOptions(
  url: string,
  more: Partial<QdrantMemoryOptions> = {},
): QdrantMemoryOptions {
  return { url, embedder: null, clock: systemClock, entropy: systemEntropy, ...more };
}

/** Opens a new, empty index on a stand-in of its own. */
export const openOnStandIn: OpenSubject = async (embedder) => {
  const server = new QdrantStandIn();
  return await subjectOn(server.url, embedder, () => server[Symbol.asyncDispose]());
};

/** Opens new, empty indexes on a real server, each in collections of its own that are removed after it. */
export function openOnServer(url: string, api_key: string | undefined): OpenSubject {
  return async (embedder) => {
    const collection = systemEntropy.id("synapse_test");
    const remove = () => removeCollections(url, api_key, collection);
    const more = { collection, ...(api_key === undefined ? {} : { api_key }) };
    return await subjectOn(url, embedder, remove, more);
  };
}

/** Removes all collections of a real server whose names begin so. */
export async function removeCollections(
  url: string,
  api_key: string | undefined,
  prefix: string,
): Promise<void> {
  const headers = api_key === undefined ? {} : { "api-key": api_key };
  const client = new QdrantClient({ ...addressOf(url), headers, checkCompatibility: false });
  const { collections } = await client.getCollections();
  for (const { name } of collections) {
    if (name.startsWith(prefix)) await client.deleteCollection(name);
  }
}

async function subjectOn(
  url: string,
  first: Embedder | null,
  end: () => Promise<void>,
  more: Partial<QdrantMemoryOptions> = {},
) {
  const open = (embedder: Embedder | null): Memory =>
    openQdrantMemory(testOptions(url, { ...more, embedder }));
  const subject = {
    memory: open(first),
    async reopen(embedder: Embedder | null): Promise<void> {
      await subject.memory[Symbol.asyncDispose]();
      subject.memory = open(embedder);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await subject.memory[Symbol.asyncDispose]();
      await end();
    },
  };
  await subject.memory.check();
  return subject;
}
