import assert from "node:assert/strict";
import { ReleaseError } from "./release_error.ts";
import { TARGETS, wantedBinaries } from "./targets.ts";

const HOST = TARGETS["linux-x64"];

Deno.test("wantedBinaries() makes one for this machine unless told otherwise", () => {
  assert.deepEqual(wantedBinaries([], HOST), [{ file: "synapse", target: HOST }]);
});

Deno.test("wantedBinaries() names each file after its target", () => {
  assert.deepEqual(wantedBinaries(["macos-arm64"], HOST), [
    { file: "synapse-macos-arm64", target: "aarch64-apple-darwin" },
  ]);
  assert.deepEqual(
    wantedBinaries(["--all"], HOST).map(({ file }) => file),
    ["synapse-linux-x64", "synapse-linux-arm64", "synapse-macos-x64", "synapse-macos-arm64"],
  );
});

Deno.test("wantedBinaries() says which targets there are", () => {
  assert.throws(
    () => wantedBinaries(["windows"], HOST),
    (error: Error) => error instanceof ReleaseError && /linux-x64, linux-arm64/.test(error.message),
  );
});
