import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { runCli } from "./fake_node.ts";

Deno.test("config example prints a file that config check accepts", async () => {
  const { exit, stdout } = await runCli(["config", "example"]);
  assert.equal(exit, EXIT.ok);
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, stdout);
  const checked = await runCli(["config", "check", "--config", file, "--json"]);
  await Deno.remove(file);
  assert.equal(JSON.parse(checked.stdout).valid, true, checked.stdout);
});

Deno.test("config check prints what a node would run with, and no secret", async () => {
  const env = { SYNAPSE_PORT: "8123", OPENAI_API_KEY: "sk-very-secret-value" };
  const text = await runCli(["config", "check"], { env });
  assert.equal(text.exit, EXIT.ok, text.stderr);
  assert.match(text.stdout, /^ {2}port: 8123$/m);
  assert.doesNotMatch(text.stdout, /very-secret/);
  const json = JSON.parse((await runCli(["config", "check", "--json"], { env })).stdout);
  assert.equal(json.valid, true);
  assert.equal(json.config.http.port, 8123);
});

Deno.test("config check names every fault and ends with 2", async () => {
  const env = { SYNAPSE_PORT: "high", LOG_LEVEL: "loud" };
  const text = await runCli(["config", "check"], { env });
  assert.equal(text.exit, EXIT.usage);
  assert.match(text.stderr, /SYNAPSE_PORT is "high"/);
  assert.match(text.stderr, /LOG_LEVEL is "loud"/);
  const json = await runCli(["config", "check", "--json"], { env });
  assert.equal(json.exit, EXIT.usage);
  const { valid, faults } = JSON.parse(json.stdout);
  assert.equal(valid, false);
  assert.deepEqual(faults.map(({ key }: { key: string }) => key), ["SYNAPSE_PORT", "LOG_LEVEL"]);
});

Deno.test("config check says that a named file is missing", async () => {
  const run = await runCli(["config", "check", "--config", "/nowhere/config.yaml"]);
  assert.equal(run.exit, EXIT.usage);
  assert.match(run.stderr, /\/nowhere\/config\.yaml/);
});

Deno.test("config check warns of misspelt variables and ends with 0", async () => {
  const env = { SYNAPSE_PROT: "8123" };
  const warning = /SYNAPSE_PROT is read by nobody, probably SYNAPSE_PORT was meant/;
  const text = await runCli(["config", "check"], { env });
  assert.equal(text.exit, EXIT.ok);
  assert.match(text.stderr, warning);
  const json = await runCli(["config", "check", "--json"], { env });
  assert.deepEqual([json.exit, json.stderr], [EXIT.ok, ""]);
  const { warnings } = JSON.parse(json.stdout);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], warning);
});
