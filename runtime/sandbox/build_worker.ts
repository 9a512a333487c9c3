/**
 * Makes `worker_bundle.txt` from `worker_entry.ts`. Run it after changing that file, one it imports,
 * or the version of zod; `worker_bundle_test.ts` fails until then.
 *
 *     deno run --allow-read --allow-write --allow-run --allow-env runtime/sandbox/build_worker.ts
 *
 * The result is a plain script, not a module: the worker evaluates it, which takes half the time of
 * importing it, because a module's text is parsed once more to find its imports.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/** What the worker's script is made of, besides zod. */
const SOURCES = [
  "../../skills/skill.ts",
  "fault.ts",
  "invoke.ts",
  "json_text.ts",
  "manifest.ts",
  "skill_error.ts",
  "worker_entry.ts",
];

/** The first line of a script that was made from the present sources. */
export async function bundleHeader(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(at("../../deno.json")));
  const texts = await Promise.all(SOURCES.map((name) => Deno.readTextFile(at(name))));
  const bytes = new TextEncoder().encode(JSON.stringify([imports.zod, ...texts]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `// Made by build_worker.ts from sources with SHA-256 ${digest.toHex()}\n`;
}

function at(name: string): URL {
  return new URL(name, import.meta.url);
}

async function build(): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--platform",
      "deno",
      "--format",
      "iife",
      "--minify",
      at("worker_entry.ts").href,
    ],
  }).output();
  if (!success) {
    throw new SynapseError("internal", `Bundling failed: ${new TextDecoder().decode(stderr)}`);
  }
  const script = new TextDecoder().decode(stdout);
  await Deno.writeTextFile(at("worker_bundle.txt"), await bundleHeader() + script);
}

if (import.meta.main) await build();
