/**
 * How well and how fast the embedded index recalls.
 *
 *     deno task bench:memory                        recall quality on the committed set
 *     deno task bench:memory --items 1000,10000     speed and resident memory at so many items
 *
 * There is no embedding model here: "dense" is a stand-in that knows spelling and no meaning (see
 * `hashed_embedder.ts`), and the vectors whose speed is measured are random.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { hashedEmbedder } from "./hashed_embedder.ts";
import { measureQuality } from "./memory_quality.ts";
import { buildScale, measureScale } from "./memory_scale.ts";
import { benchFolder } from "./bench_engine.ts";

/** The size of the vectors: that of many small models. */
const DIMENSIONS = 384;

/** Runs this file again in a process of its own, whose memory no other phase has touched. */
async function phase(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-all", import.meta.filename ?? "", ...args],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Phase ${args.join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function scale(items: number): Promise<Record<string, unknown>> {
  await using folder = await benchFolder();
  const path = `${folder.path}/memory.db`;
  const built = await phase("--build", path, "--items", String(items));
  const measured = await phase("--measure", path, "--items", String(items));
  return { items, dimensions: DIMENSIONS, ...built, ...measured };
}

if (import.meta.main) {
  const { values: { items, build, measure } } = parseArgs({
    args: Deno.args,
    options: {
      items: { type: "string" },
      build: { type: "string" },
      measure: { type: "string" },
    },
  });
  const print = (value: unknown) => console.log(JSON.stringify(value, null, 2));
  if (build !== undefined) print(await buildScale(build, Number(items), DIMENSIONS));
  else if (measure !== undefined) print(await measureScale(measure, Number(items), DIMENSIONS));
  else if (items === undefined) print(await measureQuality(hashedEmbedder(DIMENSIONS)));
  else for (const count of items.split(",")) print(await scale(Number(count)));
}
