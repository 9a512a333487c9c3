import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { fakeNode, runCli } from "./fake_node.ts";

const GOOD = `export default ({ defineSkill, z }) => defineSkill({
  name: "shout", description: "Says it louder", input: z.object({ text: z.string() }),
  risk: 2, idempotent: true, run: ({ text }) => text.toUpperCase(),
});`;

/** Runs the program, which starts the sandbox as itself, over a folder of skill files. */
async function check(files: Record<string, string>, ...args: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const main = new URL("../main.ts", import.meta.url).pathname;
    const allow = ["net", "read", "write", "env", "run", "sys"].map((name) => `--allow-${name}`);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...allow, main, "skills", "check", folder, ...args],
      cwd: folder,
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("skills check shows the skills that load", async () => {
  const run = await check({ "shout.js": GOOD });
  assert.deepEqual([run.code, run.stderr], [EXIT.ok, ""]);
  assert.match(run.stdout, /^shout +user +2 +Says it louder$/m);
});

Deno.test("skills check names each file that does not load, and fails", async () => {
  const run = await check(
    { "shout.js": GOOD, "bad.js": "throw new TypeError('broken')" },
    "--json",
  );
  assert.equal(run.code, EXIT.failed, run.stderr);
  const report = JSON.parse(run.stdout);
  assert.equal(report.ok, false);
  assert.deepEqual(report.skills.map(({ name }: { name: string }) => name), ["shout"]);
  assert.equal(report.faults[0].file, "bad.js");
  assert.match(report.faults[0].reason, /broken/);
});

Deno.test("skills check finds nothing wrong with a skills folder that nobody made", async () => {
  const { stdout, exit } = await runCli(["skills", "check"]);
  assert.deepEqual([exit, stdout.trimEnd()], [
    EXIT.ok,
    `No user skills: ${Deno.cwd()}/user_skills does not exist`,
  ]);
  const named = await runCli(["skills", "check", "./user_skills"]);
  assert.equal(named.exit, EXIT.failed);
  const required = await runCli(["skills", "check"], { env: { SYNAPSE_SKILLS_DIR: "/no/such" } });
  assert.equal(required.exit, EXIT.failed);
});

Deno.test("skills reload has the node read its folder again, and fails when a file does not load", async () => {
  const skill = { name: "shout", source: "user", risk: 2, capabilities: [], description: "Louder" };
  const faults: { file: string; reason: string }[] = [];
  await using node = fakeNode({
    "POST /api/v1/skills/reload": () => ({ items: [skill], next: null, faults }),
  });
  const run = await runCli(["skills", "reload", "--url", node.url]);
  assert.deepEqual([run.exit, run.stderr], [EXIT.ok, ""]);
  assert.match(run.stdout, /^shout +user +2 +Louder$/m);
  assert.ok(node.seen[0]?.headers.has("idempotency-key"));
  faults.push({ file: "bad.ts", reason: "Broken" });
  const again = await runCli(["skills", "reload", "--url", node.url]);
  assert.deepEqual([again.exit, again.stderr], [EXIT.failed, "bad.ts: Broken\n"]);
  const json = await runCli(["skills", "reload", "--url", node.url, "--json"]);
  assert.equal(json.exit, EXIT.failed);
  assert.deepEqual(JSON.parse(json.stdout).faults, faults);
});
