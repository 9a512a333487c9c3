import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { fakeNode, runCli } from "./fake_node.ts";

Deno.test("agents put stores a YAML file under its name, and shows warnings", async () => {
  const stored = {
    name: "poet",
    version: 2,
    created_at: "",
    spec: {},
    warnings: ["No skill rhyme"],
  };
  await using node = fakeNode({ "PUT /api/v1/agents/poet": () => stored });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/poet.yaml`, "system: Rhyme.\nskills: [rhyme]\n");
    const run = await runCli(["agents", "put", `${folder}/poet.yaml`, "--url", node.url]);
    assert.equal(run.stdout, "Stored poet, version 2\n");
    assert.equal(run.stderr, "Warning: No skill rhyme\n");
    assert.deepEqual(node.seen[0]?.body, { system: "Rhyme.", skills: ["rhyme"] });
    const missing = await runCli(["agents", "put", `${folder}/none.yaml`, "--url", node.url]);
    assert.equal(missing.exit, EXIT.usage);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("agents ls, agents show and skills ls print what the node has", async () => {
  const agent = { name: "poet", version: 2, created_at: "now", spec: { skills: ["*"] } };
  const skill = {
    name: "clock",
    source: "builtin",
    risk: 0,
    capabilities: [],
    description: "Tells the time",
  };
  const faults = [{ file: "bad.ts", reason: "It throws" }];
  await using node = fakeNode({
    "GET /api/v1/agents": () => ({ items: [agent], next: null }),
    "GET /api/v1/agents/poet": () => agent,
    "GET /api/v1/skills": () => ({ items: [skill], next: null, faults }),
  });
  const run = (...args: string[]) => runCli([...args, "--url", node.url]);
  assert.match((await run("agents", "ls")).stdout, /^poet +2 +\(default\) +\* +now$/m);
  assert.deepEqual(JSON.parse((await run("agents", "show", "poet")).stdout), agent);
  const skills = await run("skills", "ls");
  assert.match(skills.stdout, /^clock +builtin +0 +Tells the time$/m);
  assert.equal(skills.stderr, "bad.ts: It throws\n");
});
