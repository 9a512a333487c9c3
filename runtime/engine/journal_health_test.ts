import assert from "node:assert/strict";
import { JournalUnavailable } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { silentLogger } from "../telemetry/silent.ts";
import { JournalHealth } from "./journal_health.ts";

const FULL = new JournalUnavailable("The disk is full", { rolled_back: true });

function setUp() {
  const clock = new ManualClock();
  const stopped = new AbortController();
  const journal = {
    fault: FULL as Error | null,
    checks: 0,
    check() {
      this.checks += 1;
      return this.fault ? Promise.reject(this.fault) : Promise.resolve();
    },
  };
  const health = new JournalHealth(journal, clock, silentLogger, stopped.signal);
  return { clock, stopped, journal, health };
}

Deno.test("JournalHealth has no trouble, and recovers at once, while nothing failed", async () => {
  const { health, journal } = setUp();
  assert.equal(health.trouble, null);
  await health.recovered();
  assert.equal(journal.checks, 0);
});

Deno.test("JournalHealth says what is wrong until the journal can be written again", async () => {
  const { clock, health, journal } = setUp();
  health.note(FULL);
  health.note(FULL);
  let recovered = false;
  const waiting = health.recovered().then(() => recovered = true);
  assert.equal(health.trouble, "The disk is full");
  await clock.advance(1000);
  assert.equal(journal.checks, 2);
  journal.fault = new JournalUnavailable("It is read-only", { rolled_back: true });
  await clock.advance(500);
  assert.equal(health.trouble, "It is read-only");
  assert.equal(recovered, false);
  journal.fault = null;
  await clock.advance(500);
  await waiting;
  assert.equal(health.trouble, null);
  assert.equal(clock.sleeping, 0);
});

Deno.test("JournalHealth looks again when trouble comes at the very moment of recovery", async () => {
  const clock = new ManualClock();
  const journal = { check: () => Promise.resolve() };
  let again = true;
  const log = {
    ...silentLogger,
    info() {
      if (again) health.note(FULL);
      again = false;
    },
  };
  const health = new JournalHealth(journal, clock, log, new AbortController().signal);
  health.note(FULL);
  await clock.advance(500);
  assert.equal(health.trouble, "The disk is full");
  await clock.advance(500);
  assert.equal(health.trouble, null);
  await health.recovered();
});

Deno.test("JournalHealth lets go of those who wait when the node stops", async () => {
  const { clock, stopped, health } = setUp();
  health.note(FULL);
  const waiting = health.recovered();
  stopped.abort();
  await waiting;
  assert.equal(health.trouble, "The disk is full");
  assert.equal(clock.sleeping, 0);
});
