import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { ConfigFault } from "../../runtime/config/fault.ts";
import { readEnvironment, VARIABLES } from "../../runtime/config/environment.ts";
import { VERSION } from "../../runtime/version.ts";

interface Service {
  readonly image: string;
  readonly pull_policy?: string;
  readonly build?: { readonly args?: Readonly<Record<string, string>> };
  readonly init?: boolean;
  readonly restart?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: {
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  };
  readonly logging?: unknown;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, unknown>>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => Deno.readTextFileSync(`${ROOT}${path}`);
const text = read("docker-compose.yml");
const compose: ComposeFile = parse(text);
const development: ComposeFile = parse(read("deploy/compose.dev.yml"));
const example = new Map(
  [...read(".env.example").matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]),
);
const services = Object.entries(compose.services);
const node = compose.services["synapse-core"]!;

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as compose puts them in. */
function filledIn(value: string, env: ReadonlyMap<string, string>): string {
  return value.replaceAll(
    /\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind: string | undefined, rest: string) =>
      env.get(name) || (kind === "-" ? rest : ""),
  );
}

Deno.test("the node's variables exist, and their values are accepted", () => {
  const env = new Map([...example, ["SYNAPSE_API_KEY", "0123456789abcdef"], [
    "DB_PASSWORD",
    "p@/",
  ]]);
  const variables = Object.entries(node.environment ?? {});
  for (const [name] of variables) assert.ok(Object.hasOwn(VARIABLES, name), name);
  const faults: ConfigFault[] = [];
  const values = readEnvironment(
    Object.fromEntries(variables.map(([name, value]) => [name, filledIn(value, env)])),
    faults,
  );
  assert.deepEqual(faults, []);
  assert.equal(values.MODE, "docker");
});

Deno.test("the node gets every variable but those that this file or the image decides", () => {
  const decided = [
    // The image: folders and ports are those that are mounted and published.
    ...["SYNAPSE_CONFIG", "SYNAPSE_HOST", "SYNAPSE_PORT", "SYNAPSE_METRICS_PORT"],
    ...["SYNAPSE_DATA_DIR", "SYNAPSE_SKILLS_DIR"],
    // Each container has its own; the Qdrant here wants no key; an exporter needs variables of its own.
    ...["SYNAPSE_NODE_ID", "VECTOR_DB_API_KEY", "OTEL_DENO"],
  ];
  assert.deepEqual(
    [...decided, ...Object.keys(node.environment ?? {})].sort(),
    Object.keys(VARIABLES).sort(),
  );
});

Deno.test("the example of .env names what compose asks for, and nothing else", () => {
  const asked = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name));
  assert.deepEqual([...asked].sort(), [...example.keys()].sort());
  for (const [, name = ""] of text.matchAll(/\$\{([A-Z_]+):\?/g)) {
    assert.equal(example.get(name), "", `${name} is a secret that everybody has to choose`);
  }
});

Deno.test("every service restarts, has limits, bounded logs and a version", () => {
  for (const [name, service] of services) {
    assert.equal(service.restart, "unless-stopped", name);
    assert.ok(service.deploy?.resources.limits.cpus, name);
    assert.ok(service.deploy?.resources.limits.memory, name);
    assert.ok(service.logging, name);
    assert.match(service.image, /^[\w./-]+:v?\d[\w.-]*$/, name);
  }
  assert.equal(node.image, `synapse/core:${VERSION}`);
});

Deno.test("the image that is built here is never fetched, and says of which commit it is", () => {
  const built = services.filter(([, { build }]) => build !== undefined);
  assert.deepEqual(built.map(([name, { pull_policy }]) => [name, pull_policy]), [
    ["synapse-core", "never"],
  ]);
  const args = Object.entries(node.build?.args ?? {});
  const dockerfile = read("Dockerfile");
  for (const [name] of args) assert.match(dockerfile, new RegExp(`^ARG ${name}=`, "m"));
  const revision = (env: ReadonlyMap<string, string>) =>
    args.map(([name, value]) => [name, filledIn(value, env)]);
  assert.deepEqual(revision(new Map([["REVISION", "b160a2b"]])), [["REVISION", "b160a2b"]]);
  assert.deepEqual(revision(example), [["REVISION", "unknown"]]);
});

Deno.test("a node that hangs ends itself, in a container where it can, and is started again", () => {
  assert.match(node.environment?.SYNAPSE_WATCHDOG_SECONDS ?? "", /^[1-9]\d*$/);
  assert.deepEqual([node.init, node.restart], [true, "unless-stopped"]);
});

Deno.test("docs/deployment.md says how much memory all limits together are", () => {
  const gib = services.map(([, { deploy }]) => {
    const [, amount, unit] = deploy?.resources.limits.memory.match(/^(\d+)([GM])$/) ??
      assert.fail();
    return Number(amount) / (unit === "G" ? 1 : 1024);
  });
  const [, said] = read("docs/deployment.md").match(/limits add up to ([\d.]+) GiB/) ?? [];
  assert.equal(Number(said), gib.reduce((sum, one) => sum + one, 0));
});

Deno.test("every service says whether it is well, and whoever waits for one can", () => {
  const checked = services.filter(([, { healthcheck }]) => healthcheck).map(([name]) => name);
  // The node's image brings its own.
  assert.deepEqual(
    services.map(([name]) => name).filter((name) => !checked.includes(name)),
    ["synapse-core"],
  );
  for (const [name, { depends_on = {} }] of services) {
    for (const [needed, { condition }] of Object.entries(depends_on)) {
      assert.ok(checked.includes(needed), `${name} waits for ${needed}`);
      assert.equal(condition, "service_healthy");
    }
  }
});

Deno.test("volumes, networks and mounted files exist", () => {
  for (const [name, { volumes = [], networks = [] }] of services) {
    for (const network of networks) assert.ok(compose.networks?.[network], `${name}: ${network}`);
    for (const volume of volumes) {
      const [source = ""] = filledIn(volume, example).split(":");
      if (source.startsWith("./deploy/")) assert.ok(Deno.statSync(`${ROOT}${source}`).isDirectory);
      else if (!source.startsWith("./")) assert.ok(source in compose.volumes, `${name}: ${source}`);
    }
  }
});

Deno.test("backups go to a folder of the host, which no volume's end takes along", () => {
  const [source] = node.volumes?.filter((volume) => volume.endsWith(":/app/backups")) ?? [];
  assert.match(filledIn(source ?? "", new Map()), /^\.\/\w+:\/app\/backups$/);
  assert.equal(filledIn(source ?? "", new Map([["BACKUP_DIR", "/x"]])), "/x:/app/backups");
});

Deno.test("only the API is reached from other machines, and no port is taken twice", () => {
  const ports = services.flatMap(([, { ports = [] }]) => ports);
  const open = ports.filter((port) => !port.startsWith("127.0.0.1:"));
  assert.deepEqual(open, [`${VARIABLES.SYNAPSE_PORT.fallback}:${VARIABLES.SYNAPSE_PORT.fallback}`]);
  const taken = ports.map((port) => port.replace("127.0.0.1:", "").split(":")[0]);
  assert.equal(new Set(taken).size, taken.length);
  assert.ok(ports.includes(`127.0.0.1:9090:${VARIABLES.SYNAPSE_METRICS_PORT.fallback}`));
});

Deno.test("Prometheus scrapes services that there are", () => {
  const { scrape_configs }: {
    scrape_configs: readonly { static_configs: readonly { targets: readonly string[] }[] }[];
  } = parse(read("deploy/prometheus/prometheus.yml"));
  const targets = scrape_configs.flatMap(({ static_configs }) =>
    static_configs.flatMap(({ targets }) => targets)
  );
  assert.ok(targets.includes(`synapse-core:${VARIABLES.SYNAPSE_METRICS_PORT.fallback}`));
  for (const target of targets) {
    assert.ok(target.split(":")[0]! in compose.services, target);
  }
});

Deno.test("the services for development are the same, checked the same way", () => {
  for (const [name, { image, healthcheck, ports = [] }] of Object.entries(development.services)) {
    assert.equal(image, compose.services[name]?.image, name);
    assert.deepEqual(healthcheck, compose.services[name]?.healthcheck, name);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
  }
  assert.deepEqual(Object.keys(development.services), ["db", "qdrant", "redis"]);
});
