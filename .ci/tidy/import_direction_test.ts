import assert from "node:assert/strict";
import { importDirection } from "./import_direction.ts";

function faultsOf(from: string, specifier: string, keyword = "import"): string[] {
  const text = `${keyword} { a } from "${specifier}";\n`;
  return importDirection([{ path: from, text }]).map(({ message }) => message);
}

function allows(from: string, specifier: string, keyword?: string): void {
  assert.deepEqual(faultsOf(from, specifier, keyword), [], `${from} may import ${specifier}`);
}

function refuses(from: string, specifier: string, reason: RegExp, keyword?: string): void {
  const faults = faultsOf(from, specifier, keyword);
  assert.equal(faults.length, 1, `${from} may not import ${specifier}`);
  assert.match(faults[0] ?? "", reason);
}

Deno.test("importDirection() keeps actors/ away from runtime/, types and tests included", () => {
  allows("actors/session/decide.ts", "../behavior.ts");
  refuses("actors/session/decide.ts", "../../runtime/errors.ts", /imports nothing from runtime/);
  refuses("actors/behavior.ts", "../runtime/errors.ts", /nothing from runtime/, "import type");
  refuses("actors/behavior_test.ts", "../runtime/errors.ts", /nothing from runtime/);
});

Deno.test("importDirection() lets actors/ take types from skills/, and nothing else", () => {
  allows("actors/session/state.ts", "../../skills/skill.ts", "import type");
  refuses("actors/session/state.ts", "../../skills/skill.ts", /only types from skills/);
});

Deno.test("importDirection() keeps skills/ away from actors/ and runtime/", () => {
  allows("skills/clock.ts", "./skill.ts");
  refuses("skills/clock.ts", "../runtime/clock.ts", /nothing from runtime/);
  refuses("skills/clock.ts", "../actors/behavior.ts", /nothing from runtime\/ and actors/);
});

Deno.test("importDirection() lets work be done through ports, not adapters", () => {
  const adapter = /that is an adapter/;
  allows("runtime/engine/commit.ts", "../journal/port.ts");
  allows("runtime/edge/skills.ts", "../sandbox/port.ts");
  refuses("runtime/engine/commit.ts", "../journal/sqlite/open.ts", adapter);
  refuses("runtime/edge/events.ts", "../streams/local.ts", adapter);
  refuses("runtime/streams/port.ts", "./redis/open.ts", adapter);
  refuses("runtime/llm/router.ts", "./openai.ts", adapter);
  refuses("runtime/memory/fusion.ts", "./qdrant/open.ts", adapter);
  refuses("runtime/edge/skills.ts", "../sandbox/loader.ts", adapter);
});

Deno.test("importDirection() lets composition, tests, suites, benches and the adapter itself choose", () => {
  allows("runtime/compose.ts", "./journal/sqlite/open.ts");
  allows("runtime/engine/commit_test.ts", "../journal/sqlite/open.ts");
  allows("runtime/journal/contract.ts", "./sqlite/open.ts");
  allows("bench/turns.ts", "../runtime/llm/demo.ts");
  allows("runtime/journal/sqlite/commit.ts", "./open.ts");
  allows("runtime/streams/redis/open.ts", "./keys.ts");
  allows("runtime/sandbox/worker.ts", "./permissions.ts");
});

Deno.test("importDirection() lets the program be a skill host, and take no other adapter", () => {
  allows("runtime/main.ts", "./sandbox/skill_host.ts");
  refuses("runtime/main.ts", "./sandbox/worker.ts", /that is an adapter/);
  refuses("runtime/cli/serve.ts", "../sandbox/skill_host.ts", /that is an adapter/);
});

Deno.test("importDirection() keeps one adapter from importing another", () => {
  refuses("runtime/journal/postgres/open.ts", "../sqlite/open.ts", /that is an adapter/);
});
