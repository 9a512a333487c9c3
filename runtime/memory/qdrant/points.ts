/**
 * Points of a collection, as far as it does not matter what they mean.
 *
 * @module
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { QdrantCalls } from "./calls.ts";
import type { PointFilter } from "./point_filter.ts";

/** Points in one page of a scroll. */
const PAGE = 256;

/** Ids in one request. */
const IDS_MAX = 1024;

const FOUND_IDS = z.array(z.object({ id: z.string() }));

const FOUND_TIMES = z.array(z.object({ id: z.string(), payload: z.object({ at: z.number() }) }));

const COUNT = z.object({ count: z.number() });

/** Calls, and the collection that they are about. */
export interface Collection {
  readonly calls: QdrantCalls;
  readonly name: string;
}

/** What to scroll through, and which parts of the points to bring. */
export interface ScrollOptions<T> {
  readonly filter: PointFilter;
  /** What a point is read as. */
  readonly point: z.ZodType<T>;
  readonly with_payload: boolean;
  readonly with_vector?: boolean;
  /** The id of the first point, inclusive. */
  readonly from?: string | null;
  /** Points in a page. */
  readonly limit?: number;
}

/** Points in the order of their ids. */
export interface ScrollPage<T> {
  readonly points: readonly T[];
  /** The id of the next page's first point; null at the end. */
  readonly next: string | null;
}

/** Reads one page. */
export async function scrollPage<T>(
  { calls, name }: Collection,
  options: ScrollOptions<T>,
): Promise<ScrollPage<T>> {
  const { filter, point, with_payload, with_vector = false, from = null, limit = PAGE } = options;
  const { points, next_page_offset: next = null } = await calls.ask(
    z.object({ points: z.array(point), next_page_offset: z.string().nullish() }),
    {
      call: "list points",
      send: (api, init) =>
        api.scrollPoints({
          collection_name: name,
          filter,
          limit,
          with_payload,
          with_vector,
          ...(from === null ? {} : { offset: from }),
        }, init),
    },
  );
  return { points, next };
}

/** Reads page after page. */
export async function* scrollPages<T>(
  collection: Collection,
  options: ScrollOptions<T>,
): AsyncGenerator<readonly T[]> {
  let from: string | null = null;
  do {
    const page: ScrollPage<T> = await scrollPage(collection, { ...options, from });
    yield page.points;
    from = page.next;
  } while (from !== null);
}

/** How many points there are, exactly. */
export async function countPoints(
  { calls, name }: Collection,
  filter: PointFilter,
): Promise<number> {
  const { count } = await calls.ask(COUNT, {
    call: "count points",
    send: (api, init) => api.countPoints({ collection_name: name, filter, exact: true }, init),
  });
  return count;
}

/** Which of these points are there. */
export async function existingIds(
  { calls, name }: Collection,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const found = await calls.ask(FOUND_IDS, {
    call: "say which points it has",
    send: (api, init) =>
      api.getPoints({ collection_name: name, ids: [...new Set(ids)], with_payload: false }, init),
  });
  return new Set(found.map(({ id }) => id));
}

/** Which of these points are there, with the times of their items. */
export async function timesOf(
  { calls, name }: Collection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const found = await calls.ask(FOUND_TIMES, {
    call: "say which items it has",
    send: (api, init) =>
      api.getPoints({ collection_name: name, ids: [...new Set(ids)], with_payload: ["at"] }, init),
  });
  return new Map(found.map(({ id, payload }) => [id, payload.at]));
}

/** Writes points as they are. Resolves when whoever asks from now on finds them. */
export async function putPoints(
  { calls, name }: Collection,
  points: Schemas["PointStruct"][],
): Promise<void> {
  if (points.length === 0) return;
  await calls.change({
    call: "store points",
    send: (api, init) => api.upsertPoints({ collection_name: name, wait: true, points }, init),
  });
}

/** Removes points by a filter. Resolves when nobody finds them any more. */
export async function deletePoints(
  { calls, name }: Collection,
  filter: PointFilter,
): Promise<void> {
  await calls.change({
    call: "remove points",
    send: (api, init) => api.deletePoints({ collection_name: name, wait: true, filter }, init),
  });
}

/** Removes points by their ids. */
export async function deletePointsById(
  { calls, name }: Collection,
  ids: readonly string[],
): Promise<void> {
  for (let start = 0; start < ids.length; start += IDS_MAX) {
    const points = ids.slice(start, start + IDS_MAX);
    await calls.change({
      call: "remove points",
      send: (api, init) => api.deletePoints({ collection_name: name, wait: true, points }, init),
    });
  }
}
