import assert from "node:assert/strict";
import { compileArguments, compileBinary, holds } from "./compile.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("holds() finds the bytes wherever they are, and only all of them", () => {
  assert.equal(holds(bytes("runtime|bundle|end"), bytes("bundle")), true);
  assert.equal(holds(bytes("runtime|bundl|end"), bytes("bundle")), false);
});

Deno.test("compileArguments() lets a binary load no code, and never ask", () => {
  const args = compileArguments({ bundle: "a.js", target: "t", output: "a" });
  for (const flag of ["--no-prompt", "--deny-import", "--deny-ffi", "--no-config"]) {
    assert.ok(args.includes(flag), flag);
  }
  assert.ok(!args.some((flag) => ["-A", "--allow-all", "--allow-sys"].includes(flag)));
});

Deno.test("compileBinary() packs the bundle unchanged, with the permissions of the release", async () => {
  const folder = await Deno.makeTempDir({ prefix: "synapse_compile_" });
  try {
    const bundle = `${folder}/synapse.js`;
    const text = `console.log(${JSON.stringify("x".repeat(5000))});\n`;
    await Deno.writeTextFile(bundle, text);
    const output = `${folder}/synapse`;
    // Packing is looked at here, not running, so any program does as the runtime: this Deno.
    const env = { DENORT_BIN: Deno.execPath() };
    await compileBinary({ bundle, output, target: Deno.build.target, env });
    const binary = await Deno.readFile(output);
    assert.ok(holds(binary, bytes(text)));
    assert.ok(holds(binary, bytes(`"allow_sys":["hostname","systemMemoryInfo","statfs"]`)));
    assert.ok(holds(binary, bytes(`"deny_import":[]`)));
    assert.ok(holds(binary, bytes(`"prompt":false`)));
    assert.ok(holds(binary, bytes(`"worker-options"`)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
