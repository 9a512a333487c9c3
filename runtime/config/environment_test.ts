import assert from "node:assert/strict";
import { readEnvironment, type VARIABLES } from "./environment.ts";
import type { ConfigFault } from "./fault.ts";

function read(env: Record<string, string>) {
  const faults: ConfigFault[] = [];
  return { values: readEnvironment(env, faults), faults: faults.map(({ message }) => message) };
}

Deno.test("readEnvironment() gives each variable its fallback when nothing is set", () => {
  const { values, faults } = read({});
  assert.deepEqual(faults, []);
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  assert.deepEqual(Object.fromEntries(set), {
    MODE: "local",
    SYNAPSE_HOST: "127.0.0.1",
    SYNAPSE_PORT: 8000,
    SYNAPSE_METRICS_PORT: 9090,
    SYNAPSE_DATA_DIR: "./data",
    SYNAPSE_WATCHDOG_SECONDS: 0,
    LOG_LEVEL: "info",
    LOG_FORMAT: "auto",
    PROTOCOL_VERSION: "1.0",
    SPEC_VERSION: "3.1",
    OTEL_DENO: "false",
  });
});

Deno.test("readEnvironment() takes a variable that is empty or blank as unset", () => {
  const { values, faults } = read({ SYNAPSE_PORT: "", LOG_LEVEL: "  ", SYNAPSE_API_KEY: "" });
  assert.deepEqual(faults, []);
  assert.equal(values.SYNAPSE_PORT, 8000);
  assert.equal(values.SYNAPSE_API_KEY, undefined);
});

Deno.test("readEnvironment() accepts every good value", () => {
  const good: [keyof typeof VARIABLES, string, unknown][] = [
    ["MODE", "Kubernetes", "kubernetes"],
    ["LOG_LEVEL", "WARN", "warn"],
    ["LOG_FORMAT", "PRETTY", "pretty"],
    ["SYNAPSE_PORT", "0", 0],
    ["SYNAPSE_PORT", " 65535 ", 65_535],
    ["SYNAPSE_HOST", "::1", "::1"],
    ["SYNAPSE_HOST", "0.0.0.0", "0.0.0.0"],
    ["SYNAPSE_HOST", "node-1.example.org", "node-1.example.org"],
    ["SYNAPSE_API_KEY", "0123456789abcdef", "0123456789abcdef"],
    ["SYNAPSE_NODE_ID", "node-1.a_b", "node-1.a_b"],
    ["SYNAPSE_CLUSTER_WEIGHT", "0", 0],
    ["SYNAPSE_CLUSTER_WEIGHT", "2.5", 2.5],
    ["SYNAPSE_CLUSTER_LABELS", "kind=pod, zone=b-1", { kind: "pod", zone: "b-1" }],
    ["SYNAPSE_WATCHDOG_SECONDS", "0", 0],
    ["SYNAPSE_WATCHDOG_SECONDS", "5", 5],
    ["SYNAPSE_WATCHDOG_SECONDS", "3600", 3600],
    ["OPENAI_BASE_URL", "http://localhost:11434/v1", "http://localhost:11434/v1"],
    ["OTEL_DENO", "true", "true"],
    ["DB_PASSWORD", "x", "x"],
    ["DATABASE_URL", "sqlite:./x.db", { kind: "sqlite", path: "./x.db" }],
    ["DATABASE_URL", "postgres://db/x", { kind: "postgres", url: "postgres://db/x" }],
    ["REDIS_URL", "redis://cache:6379/0", "redis://cache:6379/0"],
  ];
  for (const [name, text, value] of good) {
    const { values, faults } = read({ [name]: text });
    assert.deepEqual(faults, [], name);
    assert.deepEqual(values[name], value, name);
  }
});

Deno.test("readEnvironment() refuses every bad value with its name, what it is and what is wanted", () => {
  const bad: [keyof typeof VARIABLES, string, RegExp][] = [
    ["MODE", "prod", /is "prod", wanted one of local, docker, kubernetes/],
    ["LOG_LEVEL", "trace", /is "trace", wanted one of debug, info, warn, error/],
    ["LOG_FORMAT", "xml", /wanted one of json, pretty, auto/],
    ["SYNAPSE_PORT", "eight", /is "eight", wanted a whole number from 0 to 65535/],
    ["SYNAPSE_PORT", "65536", /from 0 to 65535/],
    ["SYNAPSE_PORT", "-1", /from 0 to 65535/],
    ["SYNAPSE_PORT", "80.5", /from 0 to 65535/],
    ["SYNAPSE_PORT", "1e3", /from 0 to 65535/],
    ["SYNAPSE_PORT", "tcp://10.0.0.1:8000", /enableServiceLinks: false/],
    ["SYNAPSE_METRICS_PORT", "99999", /from 0 to 65535/],
    ["SYNAPSE_HOST", "http://a", /wanted an address or host name/],
    ["SYNAPSE_HOST", "a:80", /wanted an address or host name/],
    ["SYNAPSE_HOST", "999.1.1.1", /wanted an address or host name/],
    ["SYNAPSE_HOST", "-a", /wanted an address or host name/],
    ["SYNAPSE_API_KEY", "0123456789abcde", /is \*\*\* \(15 characters\), wanted at least 16/],
    ["SYNAPSE_API_KEY", "0123456789 abcdef", /wanted at least 16 printable/],
    ["SYNAPSE_API_KEY", "0123456789abcdéf", /wanted at least 16 printable/],
    ["SYNAPSE_NODE_ID", "a b", /is "a b", wanted 1 to 128 letters/],
    ["SYNAPSE_NODE_ID", "a".repeat(129), /wanted 1 to 128 letters/],
    ["SYNAPSE_CLUSTER_WEIGHT", "-1", /is "-1", wanted a number from 0 to 1000/],
    ["SYNAPSE_CLUSTER_WEIGHT", "1001", /wanted a number from 0 to 1000/],
    ["SYNAPSE_CLUSTER_WEIGHT", "Infinity", /wanted a number from 0 to 1000/],
    ["SYNAPSE_CLUSTER_LABELS", "pod", /is "pod", wanted NAME=VALUE with commas between/],
    ["SYNAPSE_CLUSTER_LABELS", "a=b=c", /wanted NAME=VALUE/],
    ["SYNAPSE_CLUSTER_LABELS", "Kind=pod", /wanted NAME=VALUE/],
    ["SYNAPSE_WATCHDOG_SECONDS", "4", /is "4", wanted a whole number of seconds from 5 to 3600; 0/],
    ["SYNAPSE_WATCHDOG_SECONDS", "3601", /from 5 to 3600/],
    ["SYNAPSE_WATCHDOG_SECONDS", "5.5", /from 5 to 3600/],
    ["SYNAPSE_WATCHDOG_SECONDS", "60s", /from 5 to 3600/],
    ["OPENAI_API_KEY", "two words", /is \*\*\* \(9 characters\)/],
    ["OPENAI_BASE_URL", "localhost:11434", /wanted a URL such as http/],
    ["ANTHROPIC_BASE_URL", "ftp://a", /wanted a URL such as http/],
    [
      "DATABASE_URL",
      "mysql://a/b",
      /is "mysql:\/\/\*\*\*" \(11 .*wanted sqlite:PATH, or a URL such/,
    ],
    ["DATABASE_URL", "postgres://u:hunter2@x@db/x", /is "postgres:\/\/\*\*\*".*written %40/],
    ["DATABASE_URL", "postgres://u:hunter2/x@db/x", /is "postgres:\/\/\*\*\*".*%2F/],
    ["DATABASE_URL", "hunter2", /is "\*\*\*" \(7 characters\), wanted sqlite:PATH/],
    ["REDIS_URL", "redis://:hunter2#@cache", /is "redis:\/\/\*\*\*".*wanted redis:\/\/HOST/],
    ["REDIS_URL", "redis+sentinel://a:26379", /wanted .*redis\+sentinel:\/\/HOST:26379,…\/NAME/],
    ["VECTOR_DB_URL", "qdrant:6333", /wanted a URL such as http/],
    ["PROTOCOL_VERSION", "2.0", /is "2\.0", wanted 1\.0/],
    ["PROTOCOL_VERSION", "1", /is "1", wanted 1\.0/],
    ["SPEC_VERSION", "3.2", /is "3\.2", wanted 3\.1/],
    ["OTEL_DENO", "1", /wanted one of true, false/],
  ];
  for (const [name, text, message] of bad) {
    const { faults } = read({ [name]: text });
    assert.equal(faults.length, 1, `${name}=${text}`);
    assert.match(faults[0] ?? "", new RegExp(`^${name} is .* \\(environment\\)$`));
    assert.match(faults[0] ?? "", message);
    assert.doesNotMatch(faults[0] ?? "", /hunter2|0123456789/);
  }
});
