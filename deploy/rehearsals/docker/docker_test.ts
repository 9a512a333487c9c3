import assert from "node:assert/strict";
import { parse } from "yaml";
import { describeStates, isWell, parseStates } from "./container_states.ts";
import { ROOT } from "./stack.ts";
import { fillIn } from "./variables.ts";

interface Overlay {
  readonly services: Readonly<
    Record<string, { readonly build?: { readonly target?: string }; readonly profiles?: string[] }>
  >;
}

const read = (path: string) => Deno.readTextFileSync(`${ROOT}${path}`);
const row = (Service: string, State: string, Health: string, ExitCode = 0) =>
  JSON.stringify({ Service, State, Health, ExitCode, Name: "x" });

Deno.test("every service of docker-compose.yml is built here, or said to be absent", () => {
  const { services }: Overlay = parse(read("docker-compose.yml"));
  const stand_ins: Overlay = parse(read("deploy/rehearsals/docker/stand_ins.yml"));
  assert.deepEqual(Object.keys(stand_ins.services).sort(), Object.keys(services).sort());
  const stages = [
    ...read("deploy/rehearsals/docker/stand_ins/Dockerfile").matchAll(/^FROM \S+ AS (\S+)$/gm),
  ].map(([, stage]) => stage);
  for (const stage of ["qdrant", "qdrant-program"]) assert.ok(stages.includes(stage), stage);
  for (const [name, { build, profiles }] of Object.entries(stand_ins.services)) {
    if (profiles !== undefined) assert.equal(name, "grafana");
    else if (name !== "synapse-core") {
      assert.ok(name === "qdrant" || stages.includes(build?.target), name);
    }
  }
});

Deno.test("parseStates() reads what Compose prints, a line each or an array", () => {
  const [db, core] = [row("db", "running", "healthy"), row("synapse-core", "exited", "", 2)];
  const states = parseStates(`${db}\n${core}`);
  assert.deepEqual(states, parseStates(`[${db},${core}]`));
  assert.deepEqual(states.map(isWell), [true, false]);
  assert.equal(describeStates(states), "db healthy, synapse-core exited (2)");
  assert.equal(describeStates(parseStates("")), "no container");
});

Deno.test("isWell() waits for the health check", () => {
  const states = parseStates([
    row("a", "running", "starting"),
    row("a", "running", "unhealthy"),
    row("a", "running", ""),
  ].join("\n"));
  assert.deepEqual(states.map(isWell), [false, false, false]);
});

Deno.test("fillIn() puts quoted values into the example, and knows its variables only", () => {
  assert.equal(fillIn("# A=\nA=\nB=2\n", { A: "$&#" }), "# A=\nA='$&#'\nB=2\n");
  assert.throws(() => fillIn("A=\n", { C: "" }), /has no C/);
});
