/**
 * How well and how fast the index recalls: the embedded one, or one on a Qdrant.
 *
 *     deno task bench:memory                        recall quality on the committed set
 *     deno task bench:memory --items 1000,10000     speed and resident memory at so many items
 *     deno task bench:memory --qdrant http://127.0.0.1:6333 …      the same on a Qdrant
 *
 * There is no embedding model here: "dense" is a stand-in that knows spelling and no meaning (see
 * `hashed_embedder.ts`), and the vectors whose speed is measured are random.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { hashedEmbedder } from "./hashed_embedder.ts";
import { newPlace } from "./memory_index.ts";
import { measureQuality } from "./memory_quality.ts";
import { buildScale, measureScale } from "./memory_scale.ts";

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

async function quality(qdrant: string | undefined): Promise<Record<string, unknown>> {
  await using index = await newPlace(qdrant);
  return await measureQuality(index.place, hashedEmbedder(DIMENSIONS));
}

async function scale(items: number, qdrant: string | undefined): Promise<Record<string, unknown>> {
  await using index = await newPlace(qdrant);
  const place = JSON.stringify(index.place);
  const built = await phase("--build", place, "--items", String(items));
  const measured = await phase("--measure", place, "--items", String(items));
  return { items, dimensions: DIMENSIONS, ...built, ...measured };
}

if (import.meta.main) {
  const { values: { items, qdrant, build, measure } } = parseArgs({
    args: Deno.args,
    options: {
      items: { type: "string" },
      qdrant: { type: "string" },
      build: { type: "string" },
      measure: { type: "string" },
    },
  });
  const print = (value: unknown) => console.log(JSON.stringify(value, null, 2));
  if (build !== undefined) print(await buildScale(JSON.parse(build), Number(items), DIMENSIONS));
  else if (measure !== undefined) {
    print(await measureScale(JSON.parse(measure), Number(items), DIMENSIONS));
  } else if (items === undefined) print(await quality(qdrant));
  else for (const count of items.split(",")) print(await scale(Number(count), qdrant));
}
