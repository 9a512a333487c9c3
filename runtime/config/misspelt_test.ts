import assert from "node:assert/strict";
import { VARIABLES } from "./environment.ts";
import { misspeltVariables } from "./misspelt.ts";

const meant = (...names: string[]) =>
  misspeltVariables(Object.fromEntries(names.map((name) => [name, "x"])))
    .map(({ name, meant }) => `${name} ${meant}`);

Deno.test("misspeltVariables() finds the variable that was meant", () => {
  assert.deepEqual(meant("SYNAPSE_PROT", "REDIS_URI", "DATABASE_ULR", "SYNAPSE_APIKEY"), [
    "DATABASE_ULR DATABASE_URL",
    "REDIS_URI REDIS_URL",
    "SYNAPSE_APIKEY SYNAPSE_API_KEY",
    "SYNAPSE_PROT SYNAPSE_PORT",
  ]);
});

Deno.test("misspeltVariables() leaves known names alone, and those of other programs", () => {
  assert.deepEqual(meant(...Object.keys(VARIABLES), "SYNAPSE_URL", "PATH"), []);
  const others = [
    "DATABASE_USER",
    "DATABASE_NAME",
    "DATABASE_HOST",
    "REDIS_HOST",
    "REDIS_PASSWORD",
  ];
  const services = ["SYNAPSE_SERVICE_HOST", "SYNAPSE_SERVICE_PORT", "REDIS_PORT_6379_TCP_ADDR"];
  assert.deepEqual(meant(...others, ...services, "REDIS_PORT", "SYNAPSE_PORT_8000_TCP"), []);
});
