import assert from "node:assert/strict";
import { compileArguments, compileBinary, holds } from "./compile.ts";
import { ReleaseError } from "./release_error.ts";
import { TARGETS } from "./targets.ts";

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

/** Lends a bundle's text, and where it and a binary are. */
async function withBundle(
  use: (files: { text: string; bundle: string; output: string }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_compile_" });
  try {
    const text = `console.log(${JSON.stringify("x".repeat(5000))});\n`;
    const bundle = `${folder}/synapse.js`;
    await Deno.writeTextFile(bundle, text);
    await use({ text, bundle, output: `${folder}/synapse` });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// Packing is looked at here, not running, so any program does as the runtime: this Deno.
const STAND_IN = { DENORT_BIN: Deno.execPath() };

Deno.test("compileBinary() packs the bundle unchanged, with the permissions of the release", async () => {
  await withBundle(async ({ text, bundle, output }) => {
    // Whoever makes it may have traces of his own.
    const env = { ...STAND_IN, OTEL_DENO: "true", OTEL_DENO_CONSOLE: "replace" };
    await compileBinary({ bundle, output, target: Deno.build.target, env });
    const binary = await Deno.readFile(output);
    assert.ok(holds(binary, bytes(text)));
    assert.ok(holds(binary, bytes(`"allow_sys":["hostname","systemMemoryInfo","statfs"]`)));
    assert.ok(holds(binary, bytes(`"deny_import":[]`)));
    assert.ok(holds(binary, bytes(`"prompt":false`)));
    assert.ok(holds(binary, bytes(`"worker-options"`)));
    const off = `"tracing_enabled":false,"metrics_enabled":false,"console":"Ignore"`;
    assert.ok(holds(binary, bytes(`"otel_config":{${off},`)));
  });
});

Deno.test("compileBinary() leaves no binary whose runtime is for another machine", async () => {
  await withBundle(async ({ bundle, output }) => {
    const target = Object.values(TARGETS).find((name) =>
      name !== Deno.build.target && name.endsWith("linux-gnu")
    )!;
    const made = compileBinary({ bundle, output, target, env: STAND_IN });
    await assert.rejects(made, (error: Error) => {
      assert.ok(error instanceof ReleaseError);
      assert.match(error.message, new RegExp(`is for ${Deno.build.target}, wanted ${target}$`));
      return true;
    });
    await assert.rejects(Deno.stat(output), Deno.errors.NotFound);
  });
});
