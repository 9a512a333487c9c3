import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { bundleProgram } from "../../.ci/release/bundle.ts";
import { BUNDLE_FLAGS } from "../../.ci/release/launch_flags.ts";
import { ReleaseError } from "../../.ci/release/release_error.ts";
import type { ApiMemoryStats, ApiReady, ApiSkillList } from "../cli/api_types.ts";
import { apiPath, type Client } from "../cli/client.ts";
import { withSchema } from "../cli/test_schema.ts";
import { systemClock } from "../clock.ts";
import { withDatabase } from "../compose/database.ts";
import consolePage from "../edge/console/page_bundle.txt" with { type: "text" };
import { systemEntropy } from "../entropy.ts";
import { QdrantStandIn } from "../memory/qdrant/stand_in/server.ts";
import { permissionsOf } from "../sandbox/permissions.ts";
import { Sandbox } from "../sandbox/sandbox.ts";
import { assertFault, recordingLogger, skillFile } from "../sandbox/testing.ts";
import { TestRedis } from "../streams/redis/test_redis.ts";
import { VERSION } from "../version.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import { machineEnvironment, type ProgramEnd, ROOT, runProgram } from "./program.ts";
import { ask, openSession, until } from "./session_calls.ts";
import { Site } from "./site.ts";

/** What the bundle is told to be. */
const REVISION = "revision-of-a-test";

/** Bytes of the bundle. A package that brings much along shows here. */
const BYTES_MAX = 10e6;

/** Bundles the program into that file; why not, if the bundler cannot be had here. */
async function bundleTrouble(file: string): Promise<string | null> {
  try {
    await bundleProgram(file, { revision: REVISION });
    return null;
  } catch (error) {
    if (error instanceof ReleaseError) return error.message;
    throw error;
  }
}

const folder = await Deno.makeTempDir({ prefix: "synapse_bundle_" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const FILE = `${folder}/synapse.js`;
const trouble = await bundleTrouble(FILE);
/** Deno fetches its bundler the first time; without a network there is none. */
const offline = trouble !== null &&
  /dns error|client error|tcp connect|timed out|failed to download/i.test(trouble);

function bundleTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: offline ? `${name} (passed over: no bundler: ${trouble.split("\n")[0]})` : name,
    ignore: offline,
    fn: async () => {
      assert.equal(trouble, null);
      await fn();
    },
  });
}

/** Nothing but this file and Deno: no configuration, no packages, no cache, the shipped permissions. */
const LAUNCH = ["run", ...BUNDLE_FLAGS, FILE];
const NOTHING = { HOME: `${folder}/nobody`, DENO_DIR: `${folder}/empty` };

/** Runs a command of the bundle. */
const run = (site: Site, ...args: readonly string[]) =>
  runProgram({ args, cwd: site.root, env: site.env, launch: LAUNCH });

/** The same, which must succeed. */
async function succeed(site: Site, ...args: readonly string[]): Promise<ProgramEnd> {
  const end = await run(site, ...args);
  assert.equal(end.code, 0, `${args.join(" ")}: ${end.stderr}`);
  return end;
}

bundleTest(
  "one bundled file serves, calls a user's skill in the sandbox, and verifies its journal",
  async () => {
    await using site = await Site.create({
      env: NOTHING,
      skills: (root) => ({ "note.ts": ledgerSkill(root, { name: "note", idempotent: true }) }),
    });
    const node = await site.start({ launch: LAUNCH });
    console.log(`ready in ${Math.round(node.readyMs)} ms from the bundle`);
    const page = await (await fetch(`${node.url}/console`)).text();
    assert.match(page, /console\/page\.js/);
    assert.equal(await (await fetch(`${node.url}/console/page.js`)).text(), consolePage);
    const skills = await node.client.get<ApiSkillList>("/api/v1/skills");
    assert.deepEqual(skills.faults, []);
    await openSession(node.client, "bundled");
    assert.match(await ask(node.client, "bundled", '/call calculator {"expression":"6*7"}'), /42/);
    assert.match(
      await ask(node.client, "bundled", '/call note {"text":"a"}'),
      /note returned: note did a/,
    );
    assert.equal((await ledgerOf(site.root, "note")).length, 1);

    const sent = await succeed(site, "send", "hello from afar", "--url", node.url);
    assert.match(sent.stdout, /hello from afar/);
    assert.equal((await succeed(site, "health", "--url", node.url)).stdout, "ok\n");
    assert.equal((await node.terminate()).code, 0);
    const audit = await succeed(site, "audit", "verify", "--json", "--journal", site.journal);
    assert.deepEqual([JSON.parse(audit.stdout).verified, JSON.parse(audit.stdout).ok], [2, true]);
    const said = JSON.parse((await succeed(site, "version", "--json")).stdout);
    assert.deepEqual([said.version, said.revision], [VERSION, REVISION]);
    assert.notEqual((await run(site, "health", "--url", node.url)).code, 0);
  },
);

/** Waits until memory has that many items. */
const untilItems = (client: Client, count: number) =>
  until(client, `memory has ${count} items`, async () => {
    const { items } = await client.get<ApiMemoryStats>(apiPath("memory", "stats"));
    return items === count ? items : null;
  });

bundleTest(
  "the bundle works with Postgres, Redis and Qdrant, tells its metrics, and is backed up and restored",
  async () => {
    await using redis = new TestRedis();
    await using qdrant = new QdrantStandIn();
    const siteOn = (url: string) =>
      Site.create({
        config: { redis: { namespace: redis.namespace } },
        env: {
          ...NOTHING,
          DATABASE_URL: url,
          REDIS_URL: redis.url,
          VECTOR_DB_URL: qdrant.url,
        },
      });
    await withSchema(async (url, schema) => {
      await using site = await siteOn(url);
      const node = await site.start({ launch: LAUNCH });
      await openSession(node.client, "serviced");
      await ask(node.client, "serviced", '/call remember {"text":"The parcel is paid"}');
      await untilItems(node.client, 1);
      const { status, checks } = await node.client.get<ApiReady>("/ready");
      assert.deepEqual(
        [status, Object.values(checks).filter(({ status }) => status !== "ok")],
        ["ready", []],
      );
      const metrics = await (await fetch(`${node.metricsUrl}/metrics`)).text();
      assert.match(metrics, new RegExp(`^synapse_node_info{.*version="${VERSION}".*} 1$`, "m"));

      const to = `${site.root}/backups`;
      const { path } = JSON.parse((await succeed(site, "backup", "--to", to, "--json")).stdout);
      assert.equal((await node.terminate()).code, 0);
      await withDatabase(url, (sql) => sql`DROP SCHEMA ${sql(schema)} CASCADE`);
      await withDatabase(url, (sql) => sql`CREATE SCHEMA ${sql(schema)}`);
      await succeed(site, "restore", path);
      const audit = JSON.parse((await succeed(site, "audit", "verify", "--json")).stdout);
      assert.deepEqual([audit.verified, audit.ok], [1, true]);
      const next = await site.start({ launch: LAUNCH });
      assert.match(await ask(next.client, "serviced", "after the restore"), /after the restore/);
    });
    await redis.clear();
  },
);

bundleTest("the bundle is small, and the same wherever its sources lie", async () => {
  const { size } = await Deno.stat(FILE);
  assert.ok(size < BYTES_MAX, `It has ${size} bytes`);
  const first = `${folder}/first`;
  const sources = ["actors", "deploy/config.example.yaml", "deno.json", "deno.lock", "runtime"];
  for (const name of [...sources, "skills"]) {
    await cp(`${ROOT}/${name}`, `${first}/${name}`, { recursive: true });
  }
  const linesFrom = async (root: string) => {
    const file = `${folder}/made_elsewhere.js`;
    await bundleProgram(file, { root, revision: REVISION });
    return (await Deno.readTextFile(file)).split("\n");
  };
  const lines = await linesFrom(first);
  await Deno.mkdir(`${folder}/of/somebody`, { recursive: true });
  await Deno.rename(first, `${folder}/of/somebody/else`);
  const others = await linesFrom(`${folder}/of/somebody/else`);
  assert.equal(lines.find((line, at) => line !== others[at]), undefined);
  assert.equal(lines.length, others.length);
});

bundleTest(
  "a skill host with the permissions of a binary gives up what a skill does not declare",
  async () => {
    const command = { path: Deno.execPath(), args: [...LAUNCH, "skill-host"], env: {} };
    await using sandbox = new Sandbox({
      command,
      env: machineEnvironment(),
      workspace: folder,
      memoryMb: 64,
      poolSize: 1,
      outputBytesMax: 1000,
      clock: systemClock,
      entropy: systemEntropy,
      log: recordingLogger(),
    });
    const run = (code: string, capabilities: readonly string[]) =>
      sandbox.run({
        skill: "example",
        timeoutMs: 5000,
        signal: new AbortController().signal,
        permissions: permissionsOf(capabilities, folder),
        invocation: {
          operation: "run",
          source: skillFile(code),
          language: "ts",
          input: null,
          key: "session/ses_1:1",
          secrets: {},
        },
      });
    const look = `return (await Deno.readTextFile(${JSON.stringify(FILE)})).length > 0`;
    assert.deepEqual(await run(look, ["read:**"]), { ok: true, text: "true" });
    assertFault(await run(look, []), "skill_denied_permission", /Requires read access/, "reading");
    assertFault(
      await run("return Deno.hostname()", []),
      "skill_denied_permission",
      /Requires sys/,
      "asking",
    );
    const load = 'return await import("https://example.com/a.js")';
    assert.equal((await run(load, ["net:example.com"])).ok, false);
  },
);
