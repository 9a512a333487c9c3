/**
 * Rehearsals as tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Rehearsal } from "./rehearsal.ts";

/**
 * Registers a test that carries it out. Where it cannot take place the test is ignored, with the reason
 * in its name.
 *
 * @param steps how many there are: one that is left out is a fault, too
 */
export async function testRehearsal(
  name: string,
  { obstacle, rehearse }: Rehearsal,
  steps: number,
): Promise<void> {
  const reason = await obstacle();
  Deno.test({
    name: reason === null ? name : `${name} (passed over: ${reason})`,
    ignore: reason !== null,
    fn: async () => assert.equal(await rehearse(console.log), steps),
  });
}
