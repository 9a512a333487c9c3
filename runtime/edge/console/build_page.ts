/**
 * Makes `page_bundle.txt` from `page/main.tsx`. Run it after changing the page, a file it imports, or
 * the version of preact; `page_bundle_test.ts` fails until then.
 *
 *     deno task console
 *
 * The result is kept as text, so that the same bytes are served from source, from a bundle and from a
 * binary, and nothing has to be built before a node is started.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { localImports } from "../../../.ci/tidy/imports.ts";
import { SynapseError } from "../../errors.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ENTRY = "runtime/edge/console/page/main.tsx";
const BUNDLE = "runtime/edge/console/page_bundle.txt";

/** The first line of a script that was made from the present sources. */
export async function bundleHeader(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const texts = [...await sources()].sort(([a], [b]) => a < b ? -1 : 1);
  const bytes = new TextEncoder().encode(JSON.stringify([imports.preact, ...texts]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `// Made by build_page.ts from sources with SHA-256 ${digest.toHex()}\n`;
}

/** What the page is made of besides packages, by path; what is imported for its types only is left out. */
export async function sources(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const read = async (path: string): Promise<void> => {
    if (texts.has(path)) return;
    const text = await Deno.readTextFile(ROOT + path);
    texts.set(path, text);
    for (const { path: to, typeOnly } of localImports({ path, text })) {
      if (!typeOnly) await read(to);
    }
  };
  await read(ENTRY);
  return texts;
}

/** Bundles the page as it is now, without the header. */
export async function bundlePage(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--format", "iife", "--minify", ENTRY],
    cwd: ROOT,
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new SynapseError("internal", `Bundling failed: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  await Deno.writeTextFile(ROOT + BUNDLE, await bundleHeader() + await bundlePage());
}
