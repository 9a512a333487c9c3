import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { Hearing } from "./hearing.ts";

/** A clock on which no time passes while somebody sleeps. */
const hastyClock = { ...systemClock, sleep: () => systemClock.yield() };

/** What is said after each try, given what the tries find. */
async function heard(finds: readonly boolean[]): Promise<readonly boolean[]> {
  const said: boolean[] = [];
  const over = Promise.withResolvers<void>();
  const hearing = new Hearing((_ms, signal) => {
    said.push(hearing.deaf() !== null);
    if (said.length > finds.length) over.resolve();
    return Promise.resolve(finds[said.length - 1] ?? signal.aborted);
  }, hastyClock);
  await over.promise;
  await hearing[Symbol.asyncDispose]();
  return said.slice(1, finds.length + 1);
}

Deno.test("Hearing says that a socket is deaf after three tries in vain, until one succeeds", async () => {
  const [yes, no] = [true, false];
  assert.deepEqual(await heard([no, no, no, no, yes, no]), [no, no, yes, yes, no, no]);
  assert.deepEqual(await heard([no, no, yes, no, no]), [no, no, no, no, no]);
});
