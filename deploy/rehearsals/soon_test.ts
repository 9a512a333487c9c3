import assert from "node:assert/strict";
import { RehearsalError } from "./rehearsal_error.ts";
import { soon } from "./soon.ts";

Deno.test("soon() looks until it holds, and says what did not", async () => {
  let looks = 0;
  await soon("the third look", () => Promise.resolve(++looks === 3));
  assert.equal(looks, 3);
  await assert.rejects(soon("never", () => Promise.resolve(false), 20), (error: Error) => {
    assert.ok(error instanceof RehearsalError);
    assert.equal(error.message, "Waited 0.02 s in vain: never");
    return true;
  });
});
