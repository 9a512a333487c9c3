import assert from "node:assert/strict";
import type { ApiSkillList } from "../cli/api_types.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import { machineEnvironment, ROOT, runProgram } from "./program.ts";
import { ask, openSession } from "./session_calls.ts";
import { Site } from "./site.ts";

/** Bundles the program into one file; null with the reason if the bundler cannot be had here. */
async function bundle(file: string): Promise<string | null> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", "-o", file, "runtime/main.ts"],
    cwd: ROOT,
    env: { ...machineEnvironment(), DENO_TLS_CA_STORE: "system" },
    clearEnv: true,
  }).output();
  return success ? null : new TextDecoder().decode(stderr).trim();
}

const folder = await Deno.makeTempDir({ prefix: "synapse_bundle_" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const FILE = `${folder}/synapse.js`;
const trouble = await bundle(FILE);
/** Deno fetches its bundler the first time; without a network there is none. */
const offline = trouble !== null &&
  /dns error|client error|tcp connect|timed out|failed to download/i.test(trouble);
if (offline) console.log(`No bundler: ${trouble}`);

/** Nothing but this file and Deno: no configuration, no packages, no cache. */
const LAUNCH = [
  "run",
  ..."--no-prompt --no-config --no-remote --no-npm --cached-only".split(" "),
  ..."--allow-net --allow-read --allow-write --allow-env --allow-run --allow-sys".split(" "),
  FILE,
];

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
    assert.equal((await node.terminate()).code, 0);
    const audit = await run("audit", "verify", "--json", "--journal", site.journal);
    assert.equal(audit.code, 0, audit.stderr);
    assert.deepEqual([JSON.parse(audit.stdout).verified, JSON.parse(audit.stdout).ok], [2, true]);
  },
});
