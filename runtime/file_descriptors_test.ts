import assert from "node:assert/strict";
import { descriptorLimit, limitOf } from "./file_descriptors.ts";

Deno.test("limitOf() reads what shells print", () => {
  assert.deepEqual(["1024", "unlimited", "", "no", "0"].map(limitOf), [
    1024,
    Infinity,
    null,
    null,
    null,
  ]);
});

Deno.test("descriptorLimit() finds this process's limit", {
  ignore: Deno.build.os === "windows",
}, () => {
  assert.ok((descriptorLimit() ?? 0) > 0);
});
