/** What skills learn of secrets, and what others learn of them through skills. */
import assert from "node:assert/strict";
import { z } from "zod";
import { defineSkill } from "../../skills/skill.ts";
import { createTextMask } from "../redaction.ts";
import { call, file, withSkills } from "./catalog_fixture.ts";

Deno.test("createSkills() hands a skill the secrets it declares and no others", async () => {
  const more =
    'capabilities: ["secret:TOKEN"], run: (_: unknown, context: any) => context.secrets,';
  const builtin = defineSkill({
    name: "builtin",
    description: "For tests.",
    input: z.unknown(),
    risk: 0,
    idempotent: true,
    capabilities: ["secret:OTHER"],
    run: (_, { secrets }) => secrets,
  });
  await withSkills(Deno.env.toObject(), { "keys.ts": file("keys", more) }, async ({ skills }) => {
    for (
      const [name, secrets] of [["keys", { TOKEN: "t" }], ["builtin", { OTHER: "o" }]] as const
    ) {
      const outcome = await skills.run(call(name));
      assert.deepEqual(outcome.ok && outcome.output, secrets);
    }
  }, { builtins: [builtin] });
});

Deno.test("createSkills() masks configured secrets wherever a skill fails, and leaves outputs alone", async () => {
  const secret = "correct-horse-battery";
  const reveal = `capabilities: ["secret:TOKEN"],
    output: z.string().refine((text: string) => text.length < 40, { error: "Too long ${secret}" }),
    run: ({ n }: { n: number }, { secrets }: any) => {
      if (n === 1) throw new Error("Refused " + secrets.TOKEN);
      return n === 2 ? secrets.TOKEN.repeat(3) : secrets.TOKEN;
    },
    lookup: (_: string, { secrets }: any) => { throw new Error("No " + secrets.TOKEN); },`;
  const builtin = defineSkill({
    name: "builtin",
    description: "For tests.",
    input: z.strictObject({ n: z.number().refine((n) => n < 9, { error: `Not ${secret}` }) }),
    risk: 0,
    idempotent: true,
    run: () => {
      throw new TypeError(`Failed with ${secret}`);
    },
  });
  const files = {
    "bad.ts": `throw new Error("Loading ${secret}")`,
    "reveal.ts": file("reveal", reveal),
  };
  await withSkills(Deno.env.toObject(), files, async ({ skills, lines }) => {
    const message = async (skill: string, n: number) => {
      const outcome = await skills.run(call(skill, { n }));
      return outcome.ok ? outcome.output : outcome.message;
    };
    assert.equal(await message("reveal", 1), "Refused ***");
    assert.equal(await message("reveal", 2), "Output is refused: Too long ***");
    assert.equal(await message("reveal", 3), secret);
    assert.equal(await message("builtin", 1), "Failed with ***");
    assert.equal(await message("builtin", 9), "Input is refused: n: Not ***");
    assert.equal(await skills.checkInput("builtin", { n: 9 }), "n: Not ***");
    assert.equal(await skills.lookup(call("reveal")), null);
    assert.deepEqual(skills.faults(), [{ file: "bad.ts", reason: "Loading ***" }]);
    assert.doesNotMatch(JSON.stringify(lines), new RegExp(secret));
  }, {
    builtins: [builtin],
    secrets: { TOKEN: secret },
    mask: createTextMask([secret]),
  });
});
