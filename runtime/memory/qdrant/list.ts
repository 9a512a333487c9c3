/**
 * Lists items, newest first.
 *
 * Qdrant gives points in the order of a member of their payload, but no way to go on where a page
 * ended, and promises nothing about points of the same time. So points of one time are read in the
 * order of their ids, and a cursor says which time, and which id to go on with.
 *
 * @module
 */
import { z } from "zod";
import { SynapseError } from "../../errors.ts";
import type { MemoryFilter, MemoryItem, MemoryPage } from "../port.ts";
import { type PointFilter, pointFilter } from "./point_filter.ts";
import { ITEM_POINT } from "./point.ts";
import { type Collection, scrollPage } from "./points.ts";

/** Where a page goes on. */
interface Position {
  /** Go on with items of this time; with `from` null, with older ones. */
  readonly at: number;
  /** The id of the point to go on with. */
  readonly from: string | null;
}

const POSITION = z.strictObject({ at: z.number(), from: z.uuid().nullable() });

const FOUND = z.object({ points: z.array(ITEM_POINT) });

/**
 * One page of the items that meet a filter.
 *
 * @throws {SynapseError} `invalid_request` for a cursor that no page gave out
 */
export async function listItems(
  collection: Collection,
  filter: MemoryFilter,
  page: { readonly cursor: string | null; readonly limit: number },
): Promise<MemoryPage> {
  let position = page.cursor === null ? null : readCursor(page.cursor);
  const wanted = pointFilter(filter);
  const items: MemoryItem[] = [];
  if (wanted === null) return { items, next: null };
  while (items.length < page.limit) {
    const room = page.limit - items.length;
    if (position === null || position.from === null) {
      const newest = await newestItems(collection, olderThan(wanted, position), room);
      const last = newest.at(-1);
      if (last === undefined) return { items, next: null };
      items.push(...newest.filter(({ at }) => at > last.at));
      position = { at: last.at, from: FIRST_ID };
    } else {
      const { at, from } = position;
      const options = { filter: ofTime(wanted, at), point: ITEM_POINT, with_payload: true };
      const { points, next } = await scrollPage(collection, { ...options, from, limit: room });
      items.push(...points.map(({ payload }) => payload));
      position = { at, from: next };
    }
  }
  return { items, next: await nextCursor(collection, wanted, position) };
}

async function nextCursor(
  collection: Collection,
  wanted: PointFilter,
  position: Position | null,
): Promise<string | null> {
  if (position === null) return null;
  const goesOn = position.from !== null ||
    (await newestItems(collection, olderThan(wanted, position), 1)).length > 0;
  return goesOn ? btoa(JSON.stringify(position)) : null;
}

/** No id comes before it. */
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

async function newestItems(
  { calls, name }: Collection,
  filter: PointFilter,
  limit: number,
): Promise<MemoryItem[]> {
  const { points } = await calls.ask(FOUND, {
    call: "list items",
    send: (api, init) =>
      api.scrollPoints({
        collection_name: name,
        filter,
        limit,
        with_payload: true,
        order_by: { key: "at", direction: "desc" },
      }, init),
  });
  // Those of one time in the order of their ids, as they are read one by one.
  return points.sort((a, b) => b.payload.at - a.payload.at || (a.id < b.id ? -1 : 1))
    .map(({ payload }) => payload);
}

function olderThan({ must }: PointFilter, position: Position | null): PointFilter {
  if (position === null) return { must };
  return { must: [...must, { key: "at", range: { lt: position.at } }] };
}

function ofTime({ must }: PointFilter, at: number): PointFilter {
  return { must: [...must, { key: "at", range: { gte: at, lte: at } }] };
}

function readCursor(cursor: string): Position {
  try {
    return POSITION.parse(JSON.parse(atob(cursor)));
  } catch {
    const found = JSON.stringify(cursor.slice(0, 80));
    throw new SynapseError("invalid_request", `Cursor is ${found}, wanted \`next\` of a page`);
  }
}
