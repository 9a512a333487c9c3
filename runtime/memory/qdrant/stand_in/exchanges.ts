/**
 * Requests of all kinds that the adapter makes, and some that it must not make, in one order. What a
 * real Qdrant answered to them is kept in `recorded_answers.json`: the stand-in has to answer the same.
 *
 *     deno run --allow-net --allow-write runtime/memory/qdrant/stand_in/exchanges.ts URL
 *     deno fmt runtime/memory/qdrant/stand_in/recorded_answers.json
 *
 * makes the record anew. The server must not hold collections whose names begin with `exchange_`.
 *
 * @module
 */

/** A request: method, path, body. */
export type Exchange = readonly [method: string, path: string, body?: unknown];

// deno-lint-ignore no-explicit-any -- an answer is a tree of anything
type Answer = any;

/** An answer without what differs from server to server. */
export interface PlainAnswer {
  readonly status: number;
  readonly body: Answer;
}

/** What is recorded. */
export interface Recorded {
  /** The version of the server that answered. */
  readonly version: string;
  readonly answers: readonly PlainAnswer[];
}

const [A, B, C, NONE] = ["1", "2", "3", "4"].map((digit) =>
  `${digit.repeat(8)}-0000-8000-8000-000000000000`
);

const ONE = "/collections/exchange_one";
const TWO = "/collections/exchange_two";
const MISSING = "/collections/exchange_missing";
const ALIAS = "/collections/exchange_alias";

const LAYOUT = {
  vectors: { meaning: { size: 2, distance: "Cosine" } },
  sparse_vectors: { words: { modifier: "idf" } },
  hnsw_config: { m: 0, payload_m: 16 },
  metadata: { synapse: { layout: 1 } },
};

const leadTo = (alias_name: string, collection_name: string) => ({
  create_alias: { alias_name, collection_name },
});

const remove = (alias_name: string) => ({ delete_alias: { alias_name } });

const words = (indices: readonly number[], values: readonly number[]) => ({ indices, values });

const fact = { key: "kind", match: { value: "fact" } };

const COLLECTIONS: readonly Exchange[] = [
  ["PUT", ONE, LAYOUT],
  ["PUT", ONE, { vectors: {} }],
  ["PUT", TWO, { vectors: {}, sparse_vectors: { words: { modifier: "idf" } } }],
  ["GET", MISSING],
  ["DELETE", MISSING],
  ["POST", "/collections/aliases", { actions: [leadTo("exchange_alias", "exchange_one")] }],
  ["GET", ALIAS],
  // An alias that is there is led elsewhere.
  ["POST", "/collections/aliases", { actions: [leadTo("exchange_alias", "exchange_two")] }],
  ["GET", ALIAS],
  // The first action stays made although the second is refused.
  ["POST", "/collections/aliases", {
    actions: [remove("exchange_alias"), leadTo("exchange_other", "exchange_missing")],
  }],
  ["GET", ALIAS],
  ["POST", "/collections/aliases", { actions: [leadTo("exchange_alias", "exchange_one")] }],
  ["POST", "/collections/aliases", { actions: [leadTo("exchange_two", "exchange_one")] }],
  ["POST", "/collections/aliases", { actions: [remove("exchange_unknown")] }],
  ["PUT", ALIAS, { vectors: {} }],
];

const INDEXES: readonly Exchange[] = [
  ["POST", `${ONE}/facet`, { key: "kind", limit: 4, exact: true }],
  ["POST", `${ONE}/points/scroll`, { order_by: { key: "at" }, limit: 2 }],
  ["PUT", `${ONE}/index?wait=true`, { field_name: "kind", field_schema: { type: "keyword" } }],
  ["PUT", `${ONE}/index?wait=true`, {
    field_name: "at",
    field_schema: { type: "integer", lookup: true, range: true },
  }],
  ["PUT", `${ONE}/index?wait=true`, {
    field_name: "tenant",
    field_schema: { type: "keyword", is_tenant: true },
  }],
  ["GET", ONE],
];

const point = (id: string | undefined, vector: unknown, payload: unknown = {}) => ({
  id,
  vector,
  payload,
});

const WRITES: readonly Exchange[] = [
  ["PUT", `${ONE}/points?wait=true`, {
    points: [
      point(A, { meaning: [3, 4], words: words([1, 2], [1, 2]) }, { kind: "fact", at: 5 }),
      point(B, {}, { kind: "fact", at: 6 }),
      point(C, { words: words([2], [1]) }, { kind: "episode", at: 9 }),
    ],
  }],
  ["PUT", `${ONE}/points?wait=true`, { points: [point(B, { meaning: [1, 2, 3] })] }],
  ["PUT", `${ONE}/points?wait=true`, { points: [point(B, { other: [1, 2] })] }],
  ["PUT", `${ONE}/points?wait=true`, { points: [point(B, { words: words([1, 1], [1, 2]) })] }],
  ["PUT", `${ONE}/points?wait=true`, {
    points: [point(A, {}, { kind: "other" })],
    update_mode: "insert_only",
  }],
];

const READS: readonly Exchange[] = [
  ["POST", `${ONE}/points`, { ids: [A, B, C], with_payload: ["at"] }],
  ["POST", `${ONE}/points`, { ids: [A], with_vector: true }],
  ["POST", `${ONE}/points`, { ids: [A, A, NONE], with_payload: false }],
  ["POST", `${ONE}/points/scroll`, { limit: 2, with_payload: false }],
  ["POST", `${ONE}/points/scroll`, { limit: 2, offset: C }],
  ["POST", `${ONE}/points/scroll`, {
    limit: 5,
    order_by: { key: "at", direction: "desc" },
    with_payload: ["at"],
  }],
  ["POST", `${ONE}/points/count`, { filter: { must: [fact] }, exact: true }],
  ["POST", `${ONE}/points/count`, { filter: { must: [] }, exact: true }],
  ["POST", `${ONE}/facet`, { key: "kind", limit: 4, exact: true }],
  ["POST", `${MISSING}/points/scroll`, { limit: 9 }],
];

const meaning = { query: { nearest: [1, 0] }, using: "meaning", limit: 5 };

const word = (indices: readonly number[]) => ({
  query: { nearest: words(indices, indices.map(() => 1)) },
  using: "words",
  limit: 5,
});

const QUERIES: readonly Exchange[] = [
  ["POST", `${ONE}/points/query`, { ...meaning, with_payload: false }],
  ["POST", `${ONE}/points/query`, { ...meaning, filter: { must: [fact] }, with_payload: true }],
  ["POST", `${ONE}/points/query`, { ...meaning, query: { nearest: [1, 0, 0] } }],
  ["POST", `${ONE}/points/query`, { ...meaning, using: "other" }],
  ["POST", `${ONE}/points/query`, { ...word([2, 7]), with_vector: ["meaning"] }],
  ["POST", `${ONE}/points/query`, word([2, 2])],
  ["POST", `${ONE}/points/query`, {
    prefetch: [word([1, 2]), meaning],
    query: { rrf: { k: 61 } },
    limit: 5,
  }],
  ["POST", `${ONE}/points/query/batch`, { searches: [{ ...meaning, with_payload: ["at"] }] }],
];

const CHANGES: readonly Exchange[] = [
  ...[7, 1].flatMap((at): Exchange[] => [
    ["POST", `${ONE}/points/payload?wait=true`, {
      payload: { at },
      filter: { must: [{ has_id: [A] }, { key: "at", range: { lt: at } }] },
    }],
    ["POST", `${ONE}/points`, { ids: [A], with_payload: true }],
  ]),
  ["POST", `${ONE}/points/delete?wait=true`, { points: [B, NONE] }],
  ["POST", `${ONE}/points/delete?wait=true`, {
    filter: { must: [{ key: "kind", match: { any: ["episode"] } }] },
  }],
  ["POST", `${ONE}/points/scroll`, { limit: 9, with_payload: false }],
  ["PUT", `${ONE}/points`, { points: [point(B, {})] }],
  ["DELETE", ONE],
  ["GET", ALIAS],
  ["GET", ONE],
  ["DELETE", TWO],
];

/** All of them, in order. */
export const EXCHANGES: readonly Exchange[] = [
  ...COLLECTIONS,
  ...INDEXES,
  ...WRITES,
  ...READS,
  ...QUERIES,
  ...CHANGES,
];

/** What a server answers to all of them. */
export async function answersOf(url: string, api_key?: string): Promise<Recorded> {
  const headers = { "content-type": "application/json", ...(api_key && { "api-key": api_key }) };
  const ask = async ([method, path, body]: Exchange): Promise<PlainAnswer> => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { method, headers, ...text });
    return { status: response.status, body: plain(await response.json()) };
  };
  const { version } = await (await fetch(url, { headers })).json();
  const answers: PlainAnswer[] = [];
  for (const exchange of EXCHANGES) answers.push(await ask(exchange));
  return { version, answers };
}

/** What says when, how often or how exactly, and no more. */
const CHANCE = new Set(["time", "usage", "operation_id", "version", "points"]);

/** Digits that numbers of 32 bits have in common with those of 64. */
const DIGITS = 6;

function plain(answer: Answer): Answer {
  const info = answer.result?.config === undefined ? {} : { result: plainInfo(answer.result) };
  return withoutChance({ ...answer, ...info });
}

/** What the adapter reads of a collection. */
function plainInfo({ status, config: { params, metadata }, payload_schema }: Answer): Answer {
  const { vectors, sparse_vectors } = params;
  const indexes = Object.entries<Answer>(payload_schema)
    .map(([field, { data_type, params }]) => [field, { data_type, params }] as const)
    .sort(([a], [b]) => a < b ? -1 : 1);
  return { status, vectors, sparse_vectors, metadata, indexes: Object.fromEntries(indexes) };
}

/** A member that is null is as one that is not there. */
function withoutChance(value: Answer): Answer {
  if (typeof value === "number") return Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map(withoutChance);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) =>
        (inner ?? null) !== null && !(CHANCE.has(key) && !Array.isArray(inner))
      )
      .map(([key, inner]) => [key, withoutChance(inner)]),
  );
}

if (import.meta.main) {
  const [url = ""] = Deno.args;
  const target = new URL("recorded_answers.json", import.meta.url);
  await Deno.writeTextFile(target, JSON.stringify(await answersOf(url), null, 2));
}
