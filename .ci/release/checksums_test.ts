import assert from "node:assert/strict";
import { checksumLine } from "./checksums.ts";

Deno.test("checksumLine() is what sha256sum prints", async () => {
  assert.equal(
    await checksumLine("synapse", new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  synapse\n",
  );
});
