import assert from "node:assert/strict";
import { bundleProgram } from "../../.ci/release/bundle.ts";
import { BUNDLE_FLAGS } from "../../.ci/release/launch_flags.ts";
import { ReleaseError } from "../../.ci/release/release_error.ts";
import type { ApiSkillList } from "../cli/api_types.ts";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { permissionsOf } from "../sandbox/permissions.ts";
import { Sandbox } from "../sandbox/sandbox.ts";
import { assertFault, recordingLogger, skillFile } from "../sandbox/testing.ts";
import { VERSION } from "../version.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import { machineEnvironment, runProgram } from "./program.ts";
import { ask, openSession } from "./session_calls.ts";
import { Site } from "./site.ts";

/** Bundles the program into that file; why not, if the bundler cannot be had here. */
async function bundleTrouble(file: string): Promise<string | null> {
  try {
    await bundleProgram(file);
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
if (offline) console.log(`No bundler: ${trouble}`);

/** Nothing but this file and Deno: no configuration, no packages, no cache, the shipped permissions. */
const LAUNCH = ["run", ...BUNDLE_FLAGS, FILE];

Deno.test({
  name: "one bundled file serves, calls a user's skill in the sandbox, and verifies its journal",
  ignore: offline,
  fn: async () => {
    assert.equal(trouble, null);
    await using site = await Site.create({
      env: { HOME: `${folder}/nobody`, DENO_DIR: `${folder}/empty` },
      skills: (root) => ({ "note.ts": ledgerSkill(root, { name: "note", idempotent: true }) }),
    });
    const node = await site.start({ launch: LAUNCH });
    console.log(`ready in ${Math.round(node.readyMs)} ms from the bundle`);
    const skills = await node.client.get<ApiSkillList>("/api/v1/skills");
    assert.deepEqual(skills.faults, []);
    await openSession(node.client, "bundled");
    assert.match(await ask(node.client, "bundled", '/call calculator {"expression":"6*7"}'), /42/);
    assert.match(
      await ask(node.client, "bundled", '/call note {"text":"a"}'),
      /note returned: note did a/,
    );
    assert.equal((await ledgerOf(site.root, "note")).length, 1);

    const run = (...args: readonly string[]) =>
      runProgram({ args, cwd: site.root, env: site.env, launch: LAUNCH });
    const sent = await run("send", "hello from afar", "--url", node.url);
    assert.equal(sent.code, 0, sent.stderr);
    assert.match(sent.stdout, /hello from afar/);
    const health = await run("health", "--url", node.url);
    assert.deepEqual([health.code, health.stdout], [0, "ok\n"], health.stderr);
    assert.equal((await node.terminate()).code, 0);
    const audit = await run("audit", "verify", "--json", "--journal", site.journal);
    assert.equal(audit.code, 0, audit.stderr);
    assert.deepEqual([JSON.parse(audit.stdout).verified, JSON.parse(audit.stdout).ok], [2, true]);
    const version = await run("version", "--json");
    assert.equal(JSON.parse(version.stdout).version, VERSION);
    assert.notEqual((await run("health", "--url", node.url)).code, 0);
  },
});

Deno.test({
  name: "a skill host with the permissions of a binary gives up what a skill does not declare",
  ignore: offline,
  fn: async () => {
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
});
