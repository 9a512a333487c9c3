import assert from "node:assert/strict";
import { DEFAULT_LIMITS } from "./limits.ts";
import { type Config, type ConfigSource, describeConfig, loadConfig } from "./config.ts";
import { faultsOf, sourceOf } from "./config/testing.ts";
import { SynapseError } from "./errors.ts";

const KEY = "0123456789abcdef";

Deno.test("loadConfig() has a default for everything", () => {
  const { agents, limits, llm, ...rest } = loadConfig(sourceOf());
  assert.deepEqual(rest, {
    agents_declared: [],
    system: { name: "Synapse", version: "3.1.0", protocol_version: "1.0", spec_version: "3.1" },
    mode: "local",
    node_id: "box-12345678",
    watchdog_ms: null,
    http: { host: "127.0.0.1", port: 8000, metrics_port: 9090, api_key: null },
    data_dir: "/srv/node/data",
    skills_dir: "/srv/node/user_skills",
    skills_dir_required: false,
    log: { level: "info", format: "json" },
    security: { require_approval_for_risk: 3, allow_private_addresses: [] },
    skills: {
      timeout_ms: 30_000,
      memory_mb: 128,
      pool_size: 2,
      workspace: "/srv/node/data/workspace",
      secrets: {},
    },
    journal: {
      kind: "sqlite",
      path: "/srv/node/data/synapse.db",
      synchronous: "full",
      partitions: 128,
    },
    memory: {
      index: { kind: "embedded", path: "/srv/node/data/memory.db" },
      embeddings: null,
    },
    redis: null,
    cluster: { lease_ms: 3000, heartbeat_ms: 1000, weight: 1, labels: {} },
    backup: { recipients: [] },
    traces: { enabled: false },
  });
  assert.deepEqual(limits, DEFAULT_LIMITS);
  assert.deepEqual(Object.keys(agents), ["assistant"]);
  assert.deepEqual([llm.default_provider, Object.keys(llm.providers)], ["demo", ["demo"]]);
  assert.deepEqual(llm.retry, { attempts: 3, base_ms: 250, max_ms: 20_000 });
});

Deno.test("loadConfig() has no watchdog unless there are seconds for it", () => {
  const ms = (seconds: string) =>
    loadConfig(sourceOf({ SYNAPSE_WATCHDOG_SECONDS: seconds })).watchdog_ms;
  assert.deepEqual([ms("60"), ms("0"), ms("")], [60_000, null, null]);
});

Deno.test("loadConfig() returns a value that is frozen all the way down", () => {
  const config = loadConfig(sourceOf());
  const open = (value: unknown): boolean =>
    typeof value === "object" && value !== null &&
    (!Object.isFrozen(value) || Object.values(value).some(open));
  assert.equal(open(config), false);
});

Deno.test("loadConfig() lets the environment win over the file", () => {
  const file = `
llm:
  providers:
    openai: { base_url: "http://file/v1", default_model: from-file, timeout_ms: 5000 }
`;
  const plain = loadConfig(sourceOf({ OPENAI_API_KEY: "k" }, file)).llm.providers.openai;
  assert.deepEqual([plain?.base_url, plain?.default_model], ["http://file/v1", "from-file"]);
  const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://env/v1", OPENAI_MODEL: "from-env" };
  const changed = loadConfig(sourceOf(env, file)).llm.providers.openai;
  assert.deepEqual(
    [changed?.base_url, changed?.default_model, changed?.timeout_ms],
    ["http://env/v1", "from-env", 5000],
  );
});

Deno.test("loadConfig() finds the providers that exist and the default among them", () => {
  const groq =
    "llm: { providers: { groq: { kind: openai, api_key_env: GROQ, default_model: m } } }";
  const cases: [Record<string, string>, string | null, string, string[]][] = [
    [{}, null, "demo", ["demo"]],
    [{ OPENAI_API_KEY: "k" }, null, "openai", ["openai", "demo"]],
    [{ OPENAI_BASE_URL: "http://a/v1" }, null, "openai", ["openai", "demo"]],
    [{ ANTHROPIC_API_KEY: "k" }, null, "anthropic", ["anthropic", "demo"]],
    [{ ANTHROPIC_BASE_URL: "http://a" }, null, "demo", ["demo"]],
    [{ OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" }, null, "openai", [
      "openai",
      "anthropic",
      "demo",
    ]],
    [{ OPENAI_API_KEY: "k" }, "llm: { default_provider: demo }", "demo", ["openai", "demo"]],
    [{ GROQ: "k" }, groq, "demo", ["demo", "groq"]],
    [{}, "llm: { providers: { openai: { max_concurrency: 2 } } }", "demo", ["demo"]],
  ];
  for (const [env, file, first, names] of cases) {
    const { llm } = loadConfig(sourceOf(env, file));
    assert.deepEqual([llm.default_provider, Object.keys(llm.providers)], [first, names]);
  }
});

Deno.test("loadConfig() reads a provider's key from the variable that the file names", () => {
  const file =
    "llm: { providers: { groq: { kind: openai, api_key_env: GROQ, default_model: m } } }";
  assert.equal(loadConfig(sourceOf({ GROQ: " k " }, file)).llm.providers.groq?.api_key, "k");
});

Deno.test("loadConfig() keeps the built-in agent and changes only what the file says of it", () => {
  const plain = loadConfig(sourceOf()).agents.assistant;
  const file = "agents: { assistant: { max_steps: 5 }, helper: { system: hi } }";
  const { agents } = loadConfig(sourceOf({}, file));
  assert.deepEqual(agents.assistant, { ...plain, max_steps: 5 });
  assert.ok(plain?.system);
  assert.equal(agents.helper?.system, "hi");
  const silent = loadConfig(sourceOf({}, 'agents: { assistant: { system: "" } }'));
  assert.equal(silent.agents.assistant?.system, "");
});

Deno.test("loadConfig() resolves folders by mode and working folder", () => {
  const cases: [Record<string, string>, Partial<Config>][] = [
    [{ MODE: "docker" }, { skills_dir: "/app/skills", skills_dir_required: false }],
    [{ MODE: "kubernetes" }, { skills_dir: "/app/skills" }],
    [{ SYNAPSE_SKILLS_DIR: "mine" }, { skills_dir: "/srv/node/mine", skills_dir_required: true }],
    [{ SYNAPSE_DATA_DIR: "/var/lib/synapse" }, { data_dir: "/var/lib/synapse" }],
  ];
  for (const [env, wanted] of cases) {
    const config = loadConfig(sourceOf(env));
    assert.deepEqual({ ...config, ...wanted }, config);
  }
  const { skills } = loadConfig(sourceOf({ SYNAPSE_DATA_DIR: "/var/lib/synapse" }));
  assert.equal(skills.workspace, "/var/lib/synapse/workspace");
});

Deno.test("loadConfig() makes a node id from the host's name, and takes one that is given", () => {
  const cases: [Partial<ConfigSource>, string][] = [
    [{ hostName: "box.local" }, "box.local-12345678"],
    [{ hostName: "böx box" }, "b-x-box-12345678"],
    [{ hostName: "..." }, "node-12345678"],
    [{ env: { SYNAPSE_NODE_ID: "n1" } }, "n1"],
  ];
  for (const [change, id] of cases) {
    assert.equal(loadConfig({ ...sourceOf(), ...change }).node_id, id);
  }
});

Deno.test("loadConfig() writes pretty log lines on a terminal unless told otherwise", () => {
  const format = (terminal: boolean, env = {}) =>
    loadConfig({ ...sourceOf(env), terminal }).log.format;
  assert.deepEqual([format(true), format(false)], ["pretty", "json"]);
  assert.equal(format(true, { LOG_FORMAT: "json" }), "json");
  assert.equal(format(false, { LOG_FORMAT: "pretty" }), "pretty");
});

Deno.test("loadConfig() asks for a key on every host but a loopback one", () => {
  const loopback = ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost", "LOCALHOST."];
  const open = [
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "example.org",
    "localhost.example.org",
  ];
  for (const host of loopback) assert.deepEqual(faultsOf({ SYNAPSE_HOST: host }), [], host);
  for (const host of open) {
    assert.match(
      faultsOf({ SYNAPSE_HOST: host })[0] ?? "",
      /SYNAPSE_HOST is .*SYNAPSE_API_KEY set/,
    );
    assert.deepEqual(faultsOf({ SYNAPSE_HOST: host, SYNAPSE_API_KEY: KEY }), [], host);
  }
  const short = faultsOf({ SYNAPSE_HOST: "0.0.0.0", SYNAPSE_API_KEY: "short" });
  assert.equal(short.length, 1);
  assert.match(short[0] ?? "", /^SYNAPSE_API_KEY/);
});

Deno.test("loadConfig() refuses traces where the program is a binary, which would export none", () => {
  const load = (OTEL_DENO: string, standalone: boolean) =>
    loadConfig({ ...sourceOf({ OTEL_DENO }), standalone }).traces.enabled;
  assert.deepEqual([load("true", false), load("false", true)], [true, false]);
  assert.throws(() => load("true", true), {
    code: "config_invalid",
    message: /OTEL_DENO is "true", wanted false, .*; the bundle synapse\.js and the image can/,
  });
});

Deno.test("loadConfig() accepts its own versions and any free port twice", () => {
  for (const version of ["3.1", "3.1.0"]) {
    const file = `system: { version: "${version}", protocol_version: "1.0" }`;
    assert.equal(loadConfig(sourceOf({}, file)).system.version, "3.1.0");
  }
  assert.deepEqual(faultsOf({ SYNAPSE_PORT: "0", SYNAPSE_METRICS_PORT: "0" }), []);
});

Deno.test("loadConfig() takes a section that is only a heading as absent", () => {
  assert.deepEqual(faultsOf({}, "llm:\nagents:\nmemory:\nlimits:\n"), []);
});

Deno.test("loadConfig() names all faults of environment and file at once", () => {
  const faults = faultsOf(
    { SYNAPSE_PORT: "x", MODE: "y", SYNAPSE_METRICS_PORT: "8000" },
    "a: 1\nb: 2",
  );
  assert.deepEqual(faults.map((fault) => fault.split(" ")[0]), [
    "MODE",
    "SYNAPSE_PORT",
    "SYNAPSE_METRICS_PORT",
    "a",
    "b",
  ]);
});

Deno.test("loadConfig() throws config_invalid with a heading, a line and data for each fault", () => {
  const load = () => loadConfig(sourceOf({ MODE: "y" }, "a: 1"));
  assert.throws(load, (error) => {
    assert.ok(error instanceof SynapseError);
    assert.deepEqual([error.code, error.reaction], ["config_invalid", "fatal"]);
    assert.match(
      error.message,
      /^Refused the configuration for 2 faults\n {2}MODE is .*\n {2}a is /,
    );
    const faults = error.data.faults as { key: string; source: string }[];
    assert.deepEqual(faults.map(({ key, source }) => [key, source]), [
      ["MODE", "environment"],
      ["a", "config/config.yaml:1"],
    ]);
    return true;
  });
});

Deno.test("loadConfig() shows no secret in a fault, wherever it was written", () => {
  const secret = "hunter2-hunter2";
  const file = `
openai_key: sk-${secret}
llm:
  providers:
    x: { kind: openai, api_key: ${secret}, api_key_env: ${secret} }
    y: { kind: openai, base_url: "ftp://me:${secret}@host" }
    z: { kind: openai, default_model: m, api_key_env: ${secret.replace("-", "")} }
skills: { secrets: { mail: ${secret} } }
`;
  const env = {
    SYNAPSE_API_KEY: "hunter2 hunter2 hunter2",
    DATABASE_URL: `postgres://me:${secret}@x@db/x`,
    REDIS_URL: `redis://${secret}`.replace("-", "#"),
    ANTHROPIC_API_KEY: `a ${secret}`,
  };
  const faults = [
    ...faultsOf(env, file),
    ...faultsOf(
      {},
      `llm: { providers: { z: { kind: openai, default_model: m, api_key_env: hunter2 } } }`,
    ),
    ...faultsOf({}, "skills: { secrets: { mail: hunter2 } }"),
    ...faultsOf({}, `a: hunter2: hunter2\nb: [`),
  ];
  assert.ok(faults.length >= 9, faults.join("\n"));
  for (const fault of faults) assert.doesNotMatch(fault, /hunter2/);
});

Deno.test("describeConfig() masks secrets that are set and shows the rest", () => {
  const env = {
    SYNAPSE_API_KEY: KEY,
    OPENAI_API_KEY: "openai-secret",
    OPENAI_BASE_URL: "http://me:pass-secret@host/v1",
    MAIL_TOKEN: "mail-secret",
    DATABASE_URL: "postgres://me@db/x",
    DB_PASSWORD: "@db-secret",
    REDIS_URL: "redis://:redis-secret@cache",
  };
  const config = loadConfig(sourceOf(env, "skills: { secrets: { mail: MAIL_TOKEN } }"));
  const text = JSON.stringify(describeConfig(config));
  assert.doesNotMatch(text, /-secret|0123456789/);
  assert.match(text, /"mail":"\*\*\*"/);
  assert.match(text, /"url":"postgres:\/\/\*\*\*@db\/x"/);
  assert.match(text, /"url":"redis:\/\/\*\*\*@cache"/);
  assert.match(text, /"base_url":"http:\/\/\*\*\*@host\/v1"/);
  assert.equal(config.skills.secrets.mail, "mail-secret");
  const { http, data_dir } = describeConfig(loadConfig(sourceOf())) as unknown as Config;
  assert.deepEqual([http.api_key, data_dir], [null, "/srv/node/data"]);
});

Deno.test("loadConfig() reads deploy/config.example.yaml without faults", () => {
  const text = Deno.readTextFileSync(new URL("../deploy/config.example.yaml", import.meta.url));
  const config = loadConfig(sourceOf({}, text));
  assert.deepEqual(Object.keys(config.agents).sort(), ["assistant", "researcher"]);
  assert.equal(config.llm.providers.local?.base_url, "http://127.0.0.1:11434/v1");
  const keyed = loadConfig(sourceOf({ OPENAI_API_KEY: "k" }, text));
  assert.equal(keyed.llm.providers.openai?.max_concurrency, 32);
});
