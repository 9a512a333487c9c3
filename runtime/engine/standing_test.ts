import assert from "node:assert/strict";
import type { SynapseError } from "../errors.ts";
import { refuseUnlessTaken, shortageOf, type Standing, stuckOf, troubleOf } from "./standing.ts";

const WELL: Standing = {
  superseded: false,
  draining: false,
  others: false,
  nobody: false,
  silence_ms: 0,
  journal: null,
};

/** The code with which a command is refused, or null. */
function refusal(standing: Standing): string | null {
  try {
    refuseUnlessTaken(standing);
    return null;
  } catch (error) {
    return (error as SynapseError).code;
  }
}

Deno.test("troubleOf() names the reason that weighs most, and none when all is well", () => {
  assert.equal(troubleOf(WELL), null);
  const nobody = { ...WELL, nobody: true };
  assert.equal(troubleOf(nobody), null, "commands are taken, and wait");
  const away = { ...nobody, journal: "journal is away" };
  assert.equal(troubleOf(away), "journal is away");
  assert.equal(troubleOf({ ...away, draining: true }), "the node drains");
  const superseded = { ...away, draining: true, superseded: true };
  assert.equal(troubleOf(superseded), "another process runs under this node's id");
});

Deno.test("shortageOf() says that nobody takes partitions", () => {
  assert.equal(shortageOf(WELL), null);
  assert.match(
    shortageOf({ ...WELL, nobody: true }) ?? "",
    /^no node takes partitions: each has the weight 0/,
  );
});

Deno.test("stuckOf() gives a node time, and means no node that made way for another", () => {
  assert.equal(stuckOf({ ...WELL, silence_ms: 44_999 }), null);
  const silent = { ...WELL, silence_ms: 45_999 };
  assert.equal(stuckOf(silent), "the engine has not looked after its partitions for 45 s");
  assert.equal(stuckOf({ ...silent, superseded: true }), null);
});

Deno.test("refuseUnlessTaken() takes what can be stored and will be handled", () => {
  assert.equal(refusal(WELL), null);
  assert.equal(refusal({ ...WELL, nobody: true }), null, "it waits for a node");
  assert.equal(refusal({ ...WELL, draining: true, others: true }), null);
  assert.equal(refusal({ ...WELL, draining: true }), "draining");
  assert.equal(refusal({ ...WELL, superseded: true, others: true }), "draining");
  assert.equal(refusal({ ...WELL, journal: "away" }), "journal_unavailable");
});
