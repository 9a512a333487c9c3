import assert from "node:assert/strict";
import { end, output } from "./command.ts";
import { RehearsalError } from "./rehearsal_error.ts";

Deno.test("output() is what a program printed; one that fails is shown with its last words", async () => {
  assert.equal(await output(["sh", "-c", "echo $A", "sh"], { env: { A: "1" } }), "1");
  await assert.rejects(output(["sh", "-c", "echo why >&2; exit 3"]), (error: Error) => {
    assert.ok(error instanceof RehearsalError);
    assert.match(error.message, /^sh -c .* ended with 3:\n {4}why$/);
    return true;
  });
});

Deno.test("end() ends a program that takes too long, and knows one that is not there", async () => {
  await assert.rejects(end(["sleep", "20"], { seconds: 0.1 }), /took longer than 0.1 s/);
  await assert.rejects(end(["no-such-program"]), /Found no program no-such-program/);
});
