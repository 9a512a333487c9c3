/**
 * The operations of the stand-in, by their names in the description.
 *
 * @module
 */
import { meets } from "./conditions.ts";
import { assertUnique, rank, type Ranked, unitVector } from "./ranking.ts";
import {
  type Collections,
  Refusal,
  type StoredCollection,
  type StoredPoint,
  type StoredVector,
} from "./stored_collection.ts";

// deno-lint-ignore no-explicit-any -- the description has checked its form
type Body = any;

/** Computes the `result` of an answer. */
export type OperationHandler = (collections: Collections, name: string, body: Body) => unknown;

const ONE = "/collections/{collection_name}";

/** What is read, and what changes whole collections: done when it is answered. */
export const READS: Readonly<Record<string, OperationHandler>> = {
  "GET /aliases": ({ aliases }) => ({
    aliases: [...aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name })),
  }),
  "GET /collections": ({ names }) => ({ collections: names.map((name) => ({ name })) }),
  "POST /collections/aliases": (collections, _, { actions }) => {
    // In order, and not undone if a later one is refused.
    for (const { create_alias: create, delete_alias: remove } of actions) {
      if (create) collections.setAlias(create.alias_name, create.collection_name);
      if (remove) collections.removeAlias(remove.alias_name);
    }
    return true;
  },
  [`GET ${ONE}`]: (collections, name) => collectionInfo(collections.get(name)),
  [`PUT ${ONE}`]: (collections, name, body) => {
    collections.create(name, body);
    return true;
  },
  [`DELETE ${ONE}`]: (collections, name) => collections.delete(name),
  [`POST ${ONE}/points`]: (collections, name, { ids, with_payload = false, with_vector }) => {
    const { points } = collections.get(name);
    return [...new Set<string>(ids)].map((id) => points.get(id))
      .filter((point) => point !== undefined)
      .map((point) => shaped(point, { with_payload, with_vector }));
  },
  [`POST ${ONE}/points/scroll`]: (collections, name, body) => scroll(collections.get(name), body),
  [`POST ${ONE}/points/count`]: (collections, name, { filter }) => ({
    count: those(collections.get(name), filter).length,
  }),
  [`POST ${ONE}/points/query`]: (collections, name, body) => answer(collections.get(name), body),
  [`POST ${ONE}/points/query/batch`]: (collections, name, { searches }) =>
    searches.map((search: Body) => answer(collections.get(name), search)),
  [`POST ${ONE}/facet`]: (collections, name, body) => facet(collections.get(name), body),
};

/** What changes points: with `wait` done when it is answered, else some time later. */
export const WRITES: Readonly<Record<string, OperationHandler>> = {
  [`PUT ${ONE}/index`]: (collections, name, { field_name, field_schema }) => {
    const params = typeof field_schema === "string" ? null : field_schema;
    collections.get(name).indexes.set(field_name, { type: params?.type ?? field_schema, params });
  },
  [`PUT ${ONE}/points`]: (collections, name, { points, update_mode = "upsert" }) => {
    const collection = collections.get(name);
    const stored: StoredPoint[] = points.map((point: Body) => storedPoint(collection, point));
    for (const point of stored) {
      const known = collection.points.has(point.id);
      if (update_mode === "upsert" || known === (update_mode === "update_only")) {
        collection.points.set(point.id, point);
      }
    }
  },
  [`POST ${ONE}/points/delete`]: (collections, name, { points, filter }) => {
    const collection = collections.get(name);
    const ids = points ?? those(collection, filter).map(({ id }) => id);
    for (const id of ids) collection.points.delete(id);
  },
  [`POST ${ONE}/points/payload`]: (collections, name, { payload, points, filter }) => {
    const collection = collections.get(name);
    const chosen = points ? { must: [{ has_id: points }] } : filter;
    for (const point of those(collection, chosen)) {
      collection.points.set(point.id, { ...point, payload: { ...point.payload, ...payload } });
    }
  },
};

/** How a real server ends its complaint about an index that there is not. */
const INDEX_HELP =
  "Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see " +
  "which payload schemas support";

function those({ points }: StoredCollection, filter: Body): StoredPoint[] {
  return [...points.values()].filter((point) => meets(point, filter));
}

function storedPoint({ request }: StoredCollection, { id, vector, payload }: Body): StoredPoint {
  const vectors = Object.entries<Body>(vector).map(([name, value]): [string, StoredVector] => {
    if (request.sparse_vectors?.[name] !== undefined) {
      assertUnique(value.indices, "points[0].vector.?.indices");
      return [name, value];
    }
    const size = request.vectors?.[name]?.size;
    if (size === undefined) {
      throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`);
    }
    return [name, unitVector(value, size, name)];
  });
  return { id, vectors: Object.fromEntries(vectors), payload: payload ?? {} };
}

/** A point with the parts that were asked for. */
function shaped(point: StoredPoint, { with_payload, with_vector }: Body) {
  const { id, payload, vectors } = point;
  return {
    id,
    ...(with_payload === false ? {} : { payload: wantedOf(payload, with_payload ?? true) }),
    ...(with_vector ? { vector: wantedOf(vectors, with_vector) } : {}),
  };
}

/** The members that were asked for: all, or those by these names. */
function wantedOf(members: object, wanted: true | readonly string[]) {
  return Object.fromEntries(
    Object.entries(members).filter(([name]) => wanted === true || wanted.includes(name)),
  );
}

function answer(collection: StoredCollection, request: Body) {
  const { with_payload = false, with_vector } = request;
  const found = rank(collection, request).map(({ point, score }: Ranked) => ({
    ...shaped(point, { with_payload, with_vector }),
    score,
    version: 0,
  }));
  return { points: found };
}

/** How often points were listed in the order of a member. */
let orderedScrolls = 0;

/** Pages by id, or in the order of an indexed member; the latter has no offset. */
function scroll(collection: StoredCollection, body: Body) {
  const { filter, limit = 10, offset, order_by, ...shape } = body;
  const found = those(collection, filter);
  if (order_by) {
    if (collection.indexes.get(order_by.key)?.type !== "integer") {
      throw new Refusal(
        400,
        `Wrong input: No range index for \`order_by\` key: \`${order_by.key}\`. Please create one to ` +
          `use \`order_by\`. ${INDEX_HELP} Range conditions`,
      );
    }
    const value = ({ payload }: StoredPoint) => Number(payload[order_by.key]);
    const sign = order_by.direction === "desc" ? -1 : 1;
    // Equals in another order each time.
    if (++orderedScrolls % 2 === 0) found.reverse();
    found.sort((a, b) => sign * (value(a) - value(b)));
    const points = found.slice(0, limit)
      .map((point) => ({ ...shaped(point, shape), order_value: value(point) }));
    return { points, next_page_offset: null };
  }
  found.sort((a, b) => a.id < b.id ? -1 : 1);
  const first = offset === undefined ? 0 : found.findIndex(({ id }) => id >= offset);
  const rest = first === -1 ? [] : found.slice(first);
  return {
    points: rest.slice(0, limit).map((point) => shaped(point, shape)),
    next_page_offset: rest[limit]?.id ?? null,
  };
}

function facet(collection: StoredCollection, { key, filter, limit = 10 }: Body) {
  if (!collection.indexes.has(key)) {
    throw new Refusal(
      400,
      `Wrong input: No appropriate index for faceting: \`${key}\`. Please create one to facet on ` +
        `this field. ${INDEX_HELP} Match conditions`,
    );
  }
  const counts = new Map<string, number>();
  for (const { payload } of those(collection, filter)) {
    const value = String(payload[key]);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const hits = [...counts].map(([value, count]) => ({ value, count }));
  return { hits: hits.sort((a, b) => b.count - a.count).slice(0, limit) };
}

function collectionInfo({ request, points, indexes }: StoredCollection) {
  const { vectors = {}, sparse_vectors = {}, hnsw_config, metadata } = request;
  return {
    status: "green",
    optimizer_status: "ok",
    points_count: points.size,
    segments_count: 2,
    config: {
      params: { vectors, sparse_vectors, shard_number: 1, replication_factor: 1 },
      hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000, ...hnsw_config },
      optimizer_config: { default_segment_number: 0, flush_interval_sec: 5 },
      ...(metadata === undefined ? {} : { metadata }),
    },
    payload_schema: Object.fromEntries(
      [...indexes].map(([field, { type, params }]) => [
        field,
        { data_type: type, points: points.size, ...(params === null ? {} : { params }) },
      ]),
    ),
  };
}
