import assert from "node:assert/strict";
import { bundleHeader, bundlePage, sources } from "./build_page.ts";
import script from "./page_bundle.txt" with { type: "text" };

/** Bytes of the script, at most. */
const BYTES_MAX = 100_000;

Deno.test("page_bundle.txt is made from the present sources", async () => {
  const [header] = script.split("\n", 1);
  const stale = "Stale: deno task console";
  assert.equal(`${header}\n`, await bundleHeader(), stale);
  const paths = [...(await sources()).keys()];
  assert.ok(paths.includes("runtime/edge/console/page/session_screen.tsx"));
  assert.ok(paths.includes("runtime/cli/event_stream.ts"));
  assert.ok(!paths.includes("runtime/cli/api_types.ts"), "types leave no trace in the script");
});

Deno.test("page_bundle.txt is small, and a script that loads nothing and evaluates nothing", () => {
  assert.ok(script.length < BYTES_MAX, `${script.length} bytes`);
  assert.doesNotMatch(script, /import\.meta|\bimport\s*\(|\beval\(|new Function\b/);
  assert.doesNotMatch(script, /from\s*["']node:/);
  assert.doesNotMatch(script, /\bDeno\b/, "what browsers do not have");
});

/** What the bundler makes of the sources, or why there is none: Deno fetches it from npm the first time. */
const made = await bundlePage().catch((error) => {
  if (/dns error|client error|tcp connect|timed out|failed to download/i.test(String(error))) {
    return { obstacle: String(error).split("\n")[0] };
  }
  throw error;
});
const name = "page_bundle.txt is what the bundler makes of them";

Deno.test({
  name: typeof made === "string" ? name : `${name} (passed over: ${made.obstacle})`,
  ignore: typeof made !== "string",
  fn: () => assert.equal(script.slice(script.indexOf("\n") + 1), made),
});
