import assert from "node:assert/strict";
import { CHECKS, runChecks, type Runner, runSuite, SUITES } from "./check.ts";

Deno.test("CHECKS holds each public module to its documentation", () => {
  const documentation = CHECKS.find(({ name }) => name === "documentation");
  assert.ok(documentation?.args.includes("./skills/mod.ts"));
});

Deno.test("runChecks() runs every step, also after one that failed", async () => {
  const ran: string[] = [];
  const run: Runner = ([name = ""]) => {
    ran.push(name);
    return Promise.resolve(name === "two" ? 1 : 0);
  };
  const steps = ["one", "two", "three"].map((name) => ({ name, args: [name] }));
  assert.deepEqual(await runChecks(steps, run), ["two"]);
  assert.deepEqual(ran, ["one", "two", "three"]);
});

Deno.test("runSuite() counts from the report and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  const run: Runner = async (args) => {
    const path = args.at(-1)?.replace("--junit-path=", "") ?? "";
    const report = '<testsuite name="a" tests="3" disabled="0" errors="0" failures="1">';
    await Deno.writeTextFile(path, report);
    return 1;
  };
  const suite = { name: "some", args: ["task", "some"] };
  assert.deepEqual(await runSuite(suite, run, folder), { passed: 2, failed: 1, ignored: [] });
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder);
});

Deno.test("SUITES gives the tests their services", async () => {
  const folder = await Deno.makeTempDir();
  const ran: string[] = [];
  const run: Runner = (args) => {
    ran.push(args.join(" "));
    return Promise.resolve(1);
  };
  for (const suite of SUITES) await runSuite(suite, run, folder);
  assert.match(ran[0] ?? "", /^task services -- \S+ task test:unit --junit-path=/);
  assert.match(ran[1] ?? "", /^task test:rehearsals --junit-path=/);
  await Deno.remove(folder);
});
