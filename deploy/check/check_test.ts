import assert from "node:assert/strict";
import { faultOf, runCheck } from "./check.ts";

const ended = (code: number, stdout = "", stderr = "") => ({ code, stdout, stderr });

Deno.test("faultOf() wants success without complaints", () => {
  assert.equal(faultOf({}, ended(0, "fine", "by the way")), null);
  assert.equal(faultOf({}, ended(3, "a\n", "b\n")), "It ended with 3:\na\nb");
  const complaint = /^ours:/m;
  assert.equal(faultOf({ complaint }, ended(0, "ours: x", "theirs: y")), null);
  assert.match(faultOf({ complaint }, ended(0, "", "ours: y")) ?? "", /ours: y/);
});

Deno.test("faultOf() wants what is wrong to be refused, and for the right reason", () => {
  const refusal = /misspelt/;
  assert.equal(faultOf({ refusal }, ended(1, "", "misspelt key")), null);
  assert.match(faultOf({ refusal }, ended(0, "misspelt key")) ?? "", /^It accepted/);
  assert.match(faultOf({ refusal }, ended(1, "", "no such file")) ?? "", /but not with/);
  // A complaint is a refusal, also of a program that ends with 0.
  assert.equal(faultOf({ refusal, complaint: /key/ }, ended(0, "", "misspelt key")), null);
});

Deno.test("runCheck() runs the program among its files, and gives it one to read", async () => {
  const check = {
    name: "",
    tool: "shellcheck" as const,
    files: () => Promise.resolve({ "a/b": "deep\n", "said": "said\n" }),
  };
  const program = {
    words: ["sh", "-c", 'cat "$1" - >&2; exit "$CODE"', "sh"] as const,
    env: { CODE: "4" },
  };
  assert.equal(
    await runCheck({ ...check, args: ["a/b"], input: "said" }, {
      ...program,
      words: [...program.words],
    }),
    "It ended with 4:\ndeep\nsaid",
  );
});
