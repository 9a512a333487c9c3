/**
 * Forgets items, also those that an index which is being built does not have yet.
 *
 * Whoever builds an index reads the journal page by page, and may put an item in that was forgotten
 * after its page was read. So a forgetting leaves a note in the new index, a point without tenant and
 * vectors, and what the notes name is not put in. They go before the new index takes its place.
 *
 * @module
 */
import { z } from "zod";
import type { MemoryFilter } from "../port.ts";
import { member, type PointFilter, pointFilter } from "./point_filter.ts";
import { pointId } from "./point.ts";
import { type Collection, countPoints, deletePoints, putPoints, scrollPages } from "./points.ts";

/** Stands where an item has its kind: no question of the port finds a note. */
const NOTE = "forgotten";

const NOTES: PointFilter = { must: [member("kind", NOTE)] };

const NOTE_POINT = z.object({ payload: z.object({ filter: z.string() }) });

/** Forgets in the index that answers. Resolves to how many items there were. */
export async function forgetItems(collection: Collection, filter: MemoryFilter): Promise<number> {
  const wanted = pointFilter(filter);
  if (wanted === null) return 0;
  const count = await countPoints(collection, wanted);
  await deletePoints(collection, wanted);
  return count;
}

/** Forgets in an index that is being built: what it has, and what is still to come. */
export async function forgetAhead(collection: Collection, filter: MemoryFilter): Promise<void> {
  const wanted = pointFilter(filter);
  if (wanted === null) return;
  const text = JSON.stringify(filter);
  const note = {
    id: pointId(`${NOTE}\0`, text),
    vector: {},
    payload: { kind: NOTE, filter: text },
  };
  await putPoints(collection, [note]);
  await deletePoints(collection, wanted);
}

/** What is to be kept out of an index that is being built: filters by their texts. */
export async function forgettings(
  collection: Collection,
): Promise<ReadonlyMap<string, MemoryFilter>> {
  const found = new Map<string, MemoryFilter>();
  const options = { filter: NOTES, point: NOTE_POINT, with_payload: true };
  for await (const points of scrollPages(collection, options)) {
    for (const { payload: { filter } } of points) found.set(filter, JSON.parse(filter));
  }
  return found;
}

/** Removes the notes: the index is about to take its place. */
export async function dropNotes(collection: Collection): Promise<void> {
  await deletePoints(collection, NOTES);
}
