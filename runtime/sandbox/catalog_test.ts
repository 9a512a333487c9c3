import assert from "node:assert/strict";
import { z } from "zod";
import { JSON_DEPTH_MAX } from "../../actors/json_depth.ts";
import { defineSkill } from "../../skills/skill.ts";
import { call, file, withSkills } from "./catalog_fixture.ts";

Deno.test("createSkills() joins built-in skills and files, by name, with all that is known of them", async () => {
  const plain =
    `export default ({ defineSkill, z }) => defineSkill({ name: "a_plain", description: "d",
    input: z.object({}), risk: 0, idempotent: true, run: () => 1 });`;
  await withSkills(
    Deno.env.toObject(),
    { "send.ts": file("send"), "plain.js": plain },
    async ({ skills }) => {
      assert.deepEqual(skills.list().map(({ name }) => name), ["a_plain", "calculator", "send"]);
      assert.deepEqual(skills.faults(), []);
      assert.equal(skills.get("calculator")?.source, "builtin");
      const { input_schema, ...manifest } = skills.get("send") ?? assert.fail("not there");
      assert.deepEqual(manifest, {
        name: "send",
        description: "For tests.",
        risk: 2,
        capabilities: [],
        idempotent: false,
        timeout: 2000,
        has_lookup: false,
        source: "user",
      });
      assert.deepEqual(input_schema.required, ["n"]);
      assert.equal(skills.get("constructor"), null);
      const outcome = await skills.run(call("a_plain", {}));
      assert.equal(outcome.ok && outcome.output, 1);
    },
  );
});

Deno.test("createSkills() refuses an output that is nested too deep, of either kind", async () => {
  const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  const builtin = defineSkill({
    name: "nest",
    description: "For tests.",
    input: z.strictObject({ n: z.number() }),
    risk: 0,
    idempotent: false,
    run: ({ n }) => nested(n),
    lookup: (key) => ({ done: true, output: nested(Number(key)) }),
  });
  const user = `export default ({ defineSkill, z }) => defineSkill({ name: "dig", description: "d",
    input: z.object({ n: z.number() }), risk: 0, idempotent: true,
    run: ({ n }) => JSON.parse("[".repeat(n) + "]".repeat(n)) });`;
  await withSkills(Deno.env.toObject(), { "dig.js": user }, async ({ skills }) => {
    for (const name of ["nest", "dig"]) {
      const kept = await skills.run(call(name, { n: JSON_DEPTH_MAX }));
      assert.deepEqual(kept.ok && kept.output, nested(JSON_DEPTH_MAX));
      for (const n of [JSON_DEPTH_MAX + 1, 4000]) {
        const refused = await skills.run(call(name, { n }));
        assert.equal(refused.ok ? "" : refused.code, "skill_invalid_output");
      }
    }
    const asked = (levels: number) => skills.lookup({ ...call("nest"), key: String(levels) });
    assert.equal((await asked(JSON_DEPTH_MAX))?.done, true);
    assert.equal(await asked(JSON_DEPTH_MAX + 1), null);
  }, { builtins: [builtin] });
});

Deno.test("createSkills() runs and checks both kinds alike, and counts", async () => {
  await withSkills(
    Deno.env.toObject(),
    { "send.ts": file("send") },
    async ({ skills, counted }) => {
      const sum = await skills.run(call("calculator", { expression: "6*7" }));
      assert.deepEqual(sum.ok && sum.output, { result: 42 });
      const sent = await skills.run(call("send"));
      assert.deepEqual(sent.ok && sent.output, { n: 1 });
      assert.ok(sent.ms > 0);
      assert.equal(await skills.checkInput("send", { n: 1 }), null);
      assert.match(await skills.checkInput("send", { n: 10 }) ?? "", /^n: Too big/);
      assert.match(await skills.checkInput("calculator", {}) ?? "", /^expression: /);
      assert.equal(await skills.checkInput("none", {}), "There is no skill none");
      for (
        const [name, input, code] of [
          ["send", { n: "x" }, "skill_invalid_input"],
          ["calculator", { expression: "1/" }, "skill_threw"],
          ["none", {}, "skill_not_found"],
        ] as const
      ) {
        const outcome = await skills.run(call(name, input));
        assert.equal(outcome.ok ? "" : outcome.code, code);
      }
      assert.deepEqual(counted, [
        "seconds calculator",
        "seconds send",
        "seconds send",
        "failure send skill_invalid_input",
        "seconds calculator",
        "failure calculator skill_threw",
        "failure unknown skill_not_found",
      ]);
    },
  );
});

Deno.test("createSkills() reports each file that cannot be loaded, with its reason, and loads the rest", async () => {
  const files = {
    "a_first.ts": file("send"),
    "b_again.ts": file("send"),
    "c_builtin.ts": file("calculator"),
    "d_throws.ts": "throw new RangeError('Broken')",
    "e_number.js": "export default 7",
    "f_loops.ts": "for (;;);",
    "g_syntax.ts": "export default (",
    "h_touches.ts": `const at = Deno.readTextFileSync("/etc/hostname");\n${file("touches")}`,
    "i_run.ts": file("shell", 'capabilities: ["read:../../etc/**"],'),
    "j_secret.ts": file("secret", 'capabilities: ["secret:MISSING"],'),
    "k_name.ts": file("Bad Name"),
    "l_forged.js":
      "export default ({ z }) => ({ name: 'forged', input: z.any(), run() {}, lookup: null, description: 'd', risk: 9, capabilities: [], idempotent: true, timeout: 1 })",
    "_test.ts": "not read",
    "z_test.ts": "not read",
    "types.d.ts": "not read",
    ".hidden.ts": "not read",
    "notes.txt": "not read",
  };
  await withSkills(Deno.env.toObject(), files, async ({ skills, lines }) => {
    assert.deepEqual(skills.list().map(({ name }) => name), ["calculator", "send"]);
    const wanted: readonly [string, RegExp][] = [
      ["b_again.ts", /^Skill's name send is taken by a_first.ts$/],
      ["c_builtin.ts", /^Skill's name calculator is taken by a built-in skill$/],
      ["d_throws.ts", /^Broken$/],
      ["e_number.js", /^Default export is number, wanted export default/],
      ["f_loops.ts", /^Skill ran for 1000 ms without an end$/],
      ["g_syntax.ts", /expected|Expression/i],
      ["h_touches.ts", /Requires read access to "\/etc\/hostname"/],
      ["i_run.ts", /^Capability is "read:..\/..\/etc\/\*\*", wanted PATH/],
      ["j_secret.ts", /^Skill declares secrets .*: MISSING$/],
      ["k_name.ts", /name is "Bad Name", wanted snake case/],
      ["l_forged.js", /^Skill's manifest is refused/],
    ];
    const faults = new Map(skills.faults().map(({ file, reason }) => [file, reason]));
    assert.deepEqual([...faults.keys()].sort(), wanted.map(([name]) => name));
    for (const [name, reason] of wanted) assert.match(faults.get(name) ?? "", reason, name);
    assert.equal(lines.filter(({ level }) => level === "warn").length, wanted.length);
    assert.equal((await skills.run(call("send"))).ok, true);
  });
});

Deno.test("createSkills() looks an earlier call up, and does not know when the skill does not", async () => {
  const lookups = {
    "done.ts": file("done", "lookup: (key: string) => ({ done: true, output: key }),"),
    "not.ts": file("not", "lookup: () => ({ done: false }),"),
    "throws.ts": file("throws", "lookup: () => { throw new Error('Service is down') },"),
    "none.ts": file("none"),
  };
  await withSkills(Deno.env.toObject(), lookups, async ({ skills, lines }) => {
    assert.equal(skills.get("done")?.has_lookup, true);
    const { ms: _, ...found } = await skills.lookup(call("done")) as {
      done: true;
      output: string;
      ms: number;
    };
    assert.deepEqual(found, { done: true, output: "session/ses_1:3" });
    assert.deepEqual(await skills.lookup(call("not")), { done: false });
    assert.equal(await skills.lookup(call("throws")), null);
    assert.match(JSON.stringify(lines), /Service is down/);
    assert.equal(await skills.lookup(call("none")), null);
    assert.equal(await skills.lookup(call("vanished")), null);
  });
});

Deno.test("createSkills() starts no process without a folder, and reports one that it cannot read", async () => {
  const command = { path: "/nonexistent/program", args: [], env: {} };
  await withSkills(Deno.env.toObject(), {}, async ({ skills }) => {
    assert.deepEqual(skills.list().map(({ name }) => name), ["calculator"]);
    assert.equal((await skills.run(call("calculator", { expression: "1" }))).ok, true);
  }, { folder: null, command });
  await withSkills(Deno.env.toObject(), {}, async ({ skills }) => {
    assert.match(skills.faults()[0]?.reason ?? "", /^Skills folder cannot be read: /);
  }, { folder: { path: "/nonexistent/skills", required: true }, command });
});
