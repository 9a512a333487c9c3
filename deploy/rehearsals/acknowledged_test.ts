import assert from "node:assert/strict";
import { missingOrdered } from "./acknowledged.ts";

Deno.test("missingOrdered() is content with all of it in order, whatever came besides", () => {
  assert.equal(missingOrdered(["a", "b"], ["a", "x", "b"]), null);
  assert.equal(missingOrdered([], ["x"]), null);
});

Deno.test("missingOrdered() names what is missing, doubled or in another order", () => {
  assert.equal(missingOrdered(["a", "b"], ["a"]), '"b" was acknowledged and is not there');
  assert.equal(missingOrdered(["a"], ["a", "a"]), '"a" is there twice');
  assert.equal(missingOrdered(["a"], ["a", "x", "x"]), '"x" is there twice');
  assert.equal(missingOrdered(["a", "b"], ["b", "a"]), '"b" is not in its sender\'s order');
});
