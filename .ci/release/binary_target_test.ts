import assert from "node:assert/strict";
import { binaryTarget } from "./binary_target.ts";

/** The first 20 bytes of a file, the rest of them 0. */
const header = (begin: string, end = "") =>
  Uint8Array.fromHex(begin + "0".repeat(40 - begin.length - end.length) + end);

Deno.test("binaryTarget() knows the machine by the header of ELF and of Mach-O", () => {
  const cases: [Uint8Array, string | null][] = [
    [header("7f454c46020101", "3e00"), "x86_64-unknown-linux-gnu"],
    [header("7f454c46020101", "b700"), "aarch64-unknown-linux-gnu"],
    [header("7f454c46020101", "f300"), null],
    [header("cffaedfe07000001"), "x86_64-apple-darwin"],
    [header("cffaedfe0c000001"), "aarch64-apple-darwin"],
    [header("cffaedfe0c000002"), null],
    [header("4d5a"), null],
    [header("7f454c46", "3e00").slice(0, 19), null],
  ];
  for (const [bytes, target] of cases) assert.equal(binaryTarget(bytes), target, bytes.toHex());
});

Deno.test("binaryTarget() of this Deno is this machine", async () => {
  using file = await Deno.open(Deno.execPath());
  const bytes = new Uint8Array(64);
  assert.equal(await file.read(bytes), 64);
  assert.equal(binaryTarget(bytes), Deno.build.target);
});
