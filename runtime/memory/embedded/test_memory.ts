/**
 * Indexes in files of their own, for tests.
 *
 * @module
 */
import { ManualClock } from "../../manual_clock.ts";
import type { Subject } from "../contract/subject.ts";
import type { Embedder, Memory } from "../port.ts";
import { type EmbeddedMemoryOptions, openEmbeddedMemory } from "./open.ts";

/** A new folder with the path of an index that does not exist yet; both go in the end. */
export async function memoryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  return {
    path: `${folder}/memory.db`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Opens an index with nothing special about it. */
export function openTestMemory(
  path: string,
  more: Partial<EmbeddedMemoryOptions> = {},
): Promise<Memory> {
  return openEmbeddedMemory({
    path,
    embedder: null,
    clock: new ManualClock(),
    synchronous: "normal",
    // No test pulls the plug, and waiting for the disk is most of what an open costs.
    pragmas: ["synchronous = OFF"],
    ...more,
  });
}

/** Opens an index in a new file. */
export async function openSubject(embedder: Embedder | null): Promise<Subject> {
  const folder = await memoryFolder();
  let memory = await openTestMemory(folder.path, { embedder });
  return {
    get memory() {
      return memory;
    },
    reopen: async (embedder) => {
      await memory[Symbol.asyncDispose]();
      memory = await openTestMemory(folder.path, { embedder });
    },
    [Symbol.asyncDispose]: async () => {
      await memory[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
