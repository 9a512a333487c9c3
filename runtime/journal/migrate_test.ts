import assert from "node:assert/strict";
import type { SynapseError } from "../errors.ts";
import { migrate, type MigrationTarget } from "./migrate.ts";

const STEPS = [1, 2, 3].map((number) => ({ number, name: `step_${number}`, sql: `sql ${number}` }));

function target(applied: number[]): { target: MigrationTarget; log: string[] } {
  const log: string[] = [];
  return {
    log,
    target: {
      applied: () => applied,
      claim: ({ number }) => void log.push(`claim ${number}`),
      exec: (sql) => void log.push(sql),
    },
  };
}

Deno.test("migrate() applies all steps to a new store, each claimed before it runs", () => {
  const { target: store, log } = target([]);
  assert.deepEqual(migrate(store, STEPS), [1, 2, 3]);
  assert.deepEqual(log, ["claim 1", "sql 1", "claim 2", "sql 2", "claim 3", "sql 3"]);
});

Deno.test("migrate() applies only the steps that are missing", () => {
  const { target: store, log } = target([2, 1]);
  assert.deepEqual(migrate(store, STEPS), [3]);
  assert.deepEqual(log, ["claim 3", "sql 3"]);
  assert.deepEqual(migrate(target([1, 2, 3]).target, STEPS), []);
});

Deno.test("migrate() runs no step that somebody else claimed", () => {
  const { target: store, log } = target([1, 2]);
  const claimed = { ...store, claim: () => assert.fail("It is claimed already") };
  assert.throws(() => migrate(claimed, STEPS), /claimed already/);
  assert.deepEqual(log, []);
});

Deno.test("migrate() refuses a store with steps that it does not know, and touches nothing", () => {
  const { target: store, log } = target([1, 2, 3, 4]);
  assert.throws(() => migrate(store, STEPS), (error: SynapseError) => {
    assert.equal(error.code, "journal_too_new");
    assert.equal(error.reaction, "fatal");
    assert.match(error.message, /schema 4, this program knows up to 3/);
    return true;
  });
  assert.deepEqual(log, []);
});
