import assert from "node:assert/strict";
import { faultsOf } from "./testing.ts";

/** A file that is wrong in one way, and how its fault reads. */
const BAD_FILES: readonly (readonly [string, RegExp])[] = [
  [
    "llms: {}",
    /^llms is an unknown key \(its value is a map\), wanted one of system, llm, .*Did you mean llm\?/,
  ],
  ["llm: 3", /^llm is 3, wanted a map of default_provider, providers, retry/],
  ["llm: []", /^llm is a list, wanted a map/],
  [
    "llm: { retry: { attempts: 0 } }",
    /^llm\.retry\.attempts is 0, wanted a whole number from 1 to 20/,
  ],
  ["llm: { retry: { attempts: 2.5 } }", /^llm\.retry\.attempts is 2\.5/],
  ['llm: { retry: { attempts: "3" } }', /^llm\.retry\.attempts is "3"/],
  [
    "llm: { retry: { base_ms: 9, max_ms: 8 } }",
    /^llm\.retry\.max_ms is 8, wanted at least base_ms, which is 9/,
  ],
  [
    "llm: { default_provider: opnai }",
    /^llm\.default_provider is "opnai", wanted a provider that exists, one of demo/,
  ],
  ["llm: { default_provider: openai }", /openai needs OPENAI_API_KEY or OPENAI_BASE_URL/],
  [
    "llm: { providers: { Groq: { kind: openai } } }",
    /^a name in llm\.providers is "Groq", wanted snake or kebab case/,
  ],
  ["llm: { providers: { x: {} } }", /^llm\.providers\.x\.kind is missing, wanted one of openai/],
  ["llm: { providers: { x: { kind: gemini } } }", /^llm\.providers\.x\.kind is "gemini"/],
  [
    "llm: { providers: { x: { kind: openai, base_url: 'http://a' } } }",
    /^llm\.providers\.x\.default_model is missing/,
  ],
  [
    "llm: { providers: { x: { kind: openai, default_model: m } } }",
    /^llm\.providers\.x\.api_key_env is missing/,
  ],
  [
    "llm: { providers: { x: { kind: anthropic, default_model: m, base_url: 'http://a' } } }",
    /^llm\.providers\.x\.api_key_env is missing/,
  ],
  [
    "llm: { providers: { x: { kind: openai, default_model: m, api_key_env: MY_KEY } } }",
    /^llm\.providers\.x\.api_key_env is MY_KEY, wanted the name of an environment variable that is set/,
  ],
  [
    "llm: { providers: { demo: { kind: openai } } }",
    /^llm\.providers\.demo\.kind is "openai", wanted demo/,
  ],
  [
    "llm: { providers: { openai: { base_url: nowhere } } }",
    /^llm\.providers\.openai\.base_url is "nowhere", wanted a URL/,
  ],
  [
    "llm: { providers: { openai: { prices: { m: { input_usd_per_mtok: -1, output_usd_per_mtok: 1 } } } } }",
    /input_usd_per_mtok is -1, wanted a number of at least 0/,
  ],
  [
    "llm: { providers: { openai: { prices: { m: { input_usd_per_mtok: 1 } } } } }",
    /output_usd_per_mtok is missing/,
  ],
  ["security: { require_approval_for_risk: 7 }", /is 7, wanted a whole number from 0 to 6/],
  [
    "security: { allow_private_addresses: ['http://a'] }",
    /allow_private_addresses\[0\] is "http:\/\/a", wanted a host name/,
  ],
  ["agents: { Bob: {} }", /^a name in agents is "Bob", wanted snake or kebab case/],
  [
    "agents: { a: { on_busy: wait } }",
    /^agents\.a\.on_busy is "wait", wanted one of queue, inject/,
  ],
  [
    "agents: { a: { max_step: 3 } }",
    /^agents\.a\.max_step is an unknown key .*Did you mean max_steps\?/,
  ],
  ["agents: { a: { model: opnai/x } }", /^agents\.a\.model is "opnai\/x", wanted a provider/],
  [
    "agents: { a: { fallbacks: [demo, dmo] } }",
    /^agents\.a\.fallbacks\[1\] is "dmo".*Did you mean demo\?/,
  ],
  ["agents: { assistant: 3 }", /^agents\.assistant is 3, wanted a map/],
  ["agents: [a]", /^agents is a list, wanted a map by name/],
  ["skills: { memory_mb: 1 }", /^skills\.memory_mb is 1, wanted a whole number from 16/],
  [
    "skills: { secrets: { mail: MAIL_TOKEN } }",
    /^skills\.secrets\.mail is MAIL_TOKEN, wanted the name of an environment variable that is set/,
  ],
  ["memory: { dimensions: 3 }", /^memory\.dimensions is an unknown key .*wanted one of enabled/],
  ["memory: { embeddings: { model: m } }", /^memory\.embeddings\.dimensions is missing/],
  [
    "memory: { embeddings: { model: m, dimensions: 8 } }",
    /^memory\.embeddings\.provider is missing, wanted a provider that exists, of kind openai/,
  ],
  [
    "memory: { embeddings: { model: m, dimensions: 8, provider: demo } }",
    /^memory\.embeddings\.provider is "demo", wanted a provider that exists, of kind openai/,
  ],
  [
    "memory: { embeddings: { model: m, dimensions: 8, base_url: 'http://a', api_key_env: NO_KEY } }",
    /^memory\.embeddings\.api_key_env is NO_KEY, wanted the name of an environment variable/,
  ],
  [
    "memory: { policy: { scope: world } }",
    /^memory\.policy\.scope is "world", wanted one of agent, session/,
  ],
  ["journal: { synchronous: off }", /^journal\.synchronous is "off", wanted one of full, normal/],
  ["journal: { partitions: 0 }", /^journal\.partitions is 0/],
  [
    "cluster: { lease_ms: 10 }",
    /^cluster\.lease_ms is 10, wanted a whole number from 300 to 60000/,
  ],
  [
    "cluster: { lease_ms: 900, heartbeat_ms: 301 }",
    /^cluster\.heartbeat_ms is 301, wanted at most a third of lease_ms, which is 900/,
  ],
  ["cluster: { weight: -1 }", /^cluster\.weight is -1, wanted a number from 0 to 1000/],
  ["cluster: { weight: .inf }", /^cluster\.weight is .*, wanted a number from 0 to 1000/],
  [
    "cluster: { weight: 0 }",
    /^cluster\.weight is 0, wanted more than 0 for a journal in a file: no other node can work on it/,
  ],
  [
    "cluster: { labels: { Zone: a } }",
    /^a name in cluster\.labels is "?Zone"?, wanted 1 to 63 of a-z/,
  ],
  [
    "cluster: { labels: { zone: 'a b' } }",
    /^cluster\.labels\.zone is "a b", wanted 1 to 63 letters, digits/,
  ],
  ["limits: { idle: 3 }", /^limits\.idle is an unknown key/],
  ["limits: { closed_retention_ms: 1 }", /is 1, wanted a whole number of at least 60000 or null/],
  ["system: { version: 3.1 }", /^system\.version is 3\.1, wanted a version in quotes/],
  ['system: { version: "3.2" }', /^system\.version is "3\.2", wanted 3\.1\.0 or 3\.1/],
  ['system: { protocol_version: "2.0" }', /^system\.protocol_version is "2\.0", wanted 1\.0/],
  ["system: { name: '' }", /^system\.name is "", wanted text of 1 to 100 characters/],
];

Deno.test("readFileValues() and what follows refuse every bad file with key, value, what is wanted, and line", () => {
  for (const [file, message] of BAD_FILES) {
    const faults = faultsOf({}, `# first line\n${file}\n`);
    assert.equal(faults.length, 1, `${file}: ${faults.join("; ")}`);
    assert.match(faults[0] ?? "", message);
    assert.match(faults[0] ?? "", /\(config\/config\.yaml:2\)$/);
  }
});
