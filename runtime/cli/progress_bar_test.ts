import assert from "node:assert/strict";
import { progressBar } from "./progress_bar.ts";

Deno.test("progressBar() is full only when all is done", () => {
  assert.equal(progressBar(0), `[${".".repeat(30)}]  0%`);
  assert.equal(progressBar(0.5), `[${"#".repeat(15)}${".".repeat(15)}] 50%`);
  assert.equal(progressBar(0.999), `[${"#".repeat(29)}.] 99%`);
  assert.equal(progressBar(1), `[${"#".repeat(30)}]100%`);
  assert.equal(progressBar(7), progressBar(1));
});
