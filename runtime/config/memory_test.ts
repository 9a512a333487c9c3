import assert from "node:assert/strict";
import { loadConfig } from "../config.ts";
import { memoryPolicySchema } from "../../actors/session/memory_policy.ts";
import { sourceOf } from "./testing.ts";

const memory = (env: Record<string, string> = {}, file = "") =>
  loadConfig(sourceOf(env, file)).memory;

const POSTGRES = { DATABASE_URL: "postgres://db/synapse" };

Deno.test("resolveMemory() keeps memory beside a journal that is a file, and in Qdrant where that is named", () => {
  assert.deepEqual(memory()?.index, { kind: "embedded", path: "/srv/node/data/memory.db" });
  const qdrant = { VECTOR_DB_URL: "http://qdrant:6333", VECTOR_DB_API_KEY: "qd-key-12345" };
  const index = { kind: "qdrant", url: "http://qdrant:6333", api_key: "qd-key-12345" };
  assert.deepEqual(memory(qdrant)?.index, index);
  assert.deepEqual(memory({ ...qdrant, ...POSTGRES })?.index, index);
  assert.equal(memory({ VECTOR_DB_URL: "http://qdrant:6333" })?.embeddings, null);
});

Deno.test("resolveMemory() has none where it is off, and where nodes could not share it", () => {
  assert.equal(memory({}, "memory: { enabled: false }"), null);
  assert.equal(memory(POSTGRES), null);
  assert.throws(
    () => memory(POSTGRES, "memory: { enabled: true }"),
    /memory\.enabled is true, wanted VECTOR_DB_URL set/,
  );
});

Deno.test("resolveMemory() takes the embedding model's address and key from a provider, or as written", () => {
  const embeddings = (more: string, env: Record<string, string> = {}) =>
    memory(env, `memory: { embeddings: { model: m, dimensions: 384${more} } }`)?.embeddings;
  const model = { model: "m", dimensions: 384 };
  const openai = { OPENAI_API_KEY: "sk-key-12345", OPENAI_BASE_URL: "http://proxy/v1" };
  assert.deepEqual(embeddings("", openai), {
    ...model,
    base_url: "http://proxy/v1",
    api_key: "sk-key-12345",
  });
  assert.deepEqual(embeddings(", base_url: 'http://tei/v1'"), {
    ...model,
    base_url: "http://tei/v1",
    api_key: null,
  });
  assert.deepEqual(
    embeddings(", base_url: 'http://tei/v1', api_key_env: TEI_KEY", { TEI_KEY: "tei-key-1" }),
    { ...model, base_url: "http://tei/v1", api_key: "tei-key-1" },
  );
});

Deno.test("withMemoryPolicy() gives the file's policy to agents that have none", () => {
  const file = `
memory: { policy: { recall: { auto: true, k: 3 } } }
agents:
  quiet: { memory: { scope: session } }
  plain: {}
`;
  const { agents } = loadConfig(sourceOf({}, file));
  const policy = memoryPolicySchema.parse({ recall: { auto: true, k: 3 } });
  assert.deepEqual(agents.plain?.memory, policy);
  assert.deepEqual(agents.assistant?.memory, policy);
  assert.deepEqual(agents.quiet?.memory, memoryPolicySchema.parse({ scope: "session" }));
  assert.equal(loadConfig(sourceOf()).agents.assistant?.memory, undefined);
});
