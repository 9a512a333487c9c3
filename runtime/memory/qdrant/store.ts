/**
 * Puts items into a collection: those that are there already become as new as they are now said to
 * be, and those that say what another one says are merged into it.
 *
 * Two nodes that remember two items of one meaning at the same time may keep both; items of one id
 * are one point in any case.
 *
 * @module
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { RememberOutcome } from "../port.ts";
import { statementOf } from "../near_duplicates.ts";
import type { QdrantCalls } from "./calls.ts";
import { member } from "./point_filter.ts";
import { type KnownItem, planStore, type StorePlan } from "./plan.ts";
import { ITEM_POINT, MEANING, pointOf, type PreparedItem, WORDS } from "./point.ts";
import { timesOf } from "./points.ts";

/** Items in one request: with vectors of 1,536 dimensions about 4 MB, of 32 MB that Qdrant takes. */
export const ITEMS_MAX = 128;

/** How many of the nearest items are looked at, by words and by meaning, as the same in other words. */
const CANDIDATES = 8;

const FOUND_ITEMS = z.array(z.object({
  points: z.array(ITEM_POINT.extend({
    vector: z.object({ [MEANING]: z.array(z.number()).optional() }).nullish(),
  })),
}));

/** Stores items in order. Resolves when whoever asks from now on finds them. */
export async function storeItems(
  calls: QdrantCalls,
  collection: string,
  items: readonly PreparedItem[],
): Promise<RememberOutcome[]> {
  const outcomes: RememberOutcome[] = [];
  for (let start = 0; start < items.length; start += ITEMS_MAX) {
    const batch = items.slice(start, start + ITEMS_MAX);
    const ids = batch.map(({ point_id }) => point_id);
    const known = await timesOf({ calls, name: collection }, ids);
    const fresh = batch.filter(({ point_id }) => !known.has(point_id));
    const candidates = await findCandidates(calls, collection, fresh);
    const plan = planStore(batch, { known, candidates });
    await carryOut(calls, collection, plan);
    outcomes.push(...plan.outcomes);
  }
  return outcomes;
}

/** Items of the same tenant, agent and kind that are near to these, each of them by its point's id. */
async function findCandidates(
  calls: QdrantCalls,
  collection: string,
  items: readonly PreparedItem[],
): Promise<ReadonlyMap<string, KnownItem[]>> {
  const searches = items.flatMap((prepared) =>
    searchesFor(prepared).map((search) => ({ point_id: prepared.point_id, search }))
  );
  const candidates = new Map<string, KnownItem[]>();
  if (searches.length === 0) return candidates;
  const answers = await calls.ask(FOUND_ITEMS.length(searches.length), {
    call: "find items that say the same",
    send: (api, init) =>
      api.queryBatchPoints({
        collection_name: collection,
        searches: searches.map(({ search }) => search),
      }, init),
  });
  for (const [i, { point_id }] of searches.entries()) {
    const known = (answers[i]?.points ?? []).map(({ id, payload, vector }) => {
      const values = vector?.[MEANING];
      const statement = statementOf(
        payload,
        values === undefined ? null : Float32Array.from(values),
      );
      return { point_id: id, id: payload.id, at: payload.at, statement };
    });
    candidates.set(point_id, [...candidates.get(point_id) ?? [], ...known]);
  }
  return candidates;
}

function searchesFor({ item, words, vector }: PreparedItem): Schemas["QueryRequest"][] {
  const filter = {
    must: [
      member("tenant", item.tenant),
      member("agent", item.agent),
      member("kind", item.kind),
    ],
  };
  const nearest = (using: string, query: number[] | Schemas["SparseVector"]) => ({
    query: { nearest: query },
    using,
    filter,
    limit: CANDIDATES,
    with_payload: true,
    ...(vector === null ? {} : { with_vector: [MEANING] }),
  });
  const { indices, values } = words;
  return [
    ...(indices.length === 0
      ? []
      : [nearest(WORDS, { indices: [...indices], values: [...values] })]),
    ...(vector === null ? [] : [nearest(MEANING, [...vector])]),
  ];
}

async function carryOut(calls: QdrantCalls, collection: string, plan: StorePlan): Promise<void> {
  if (plan.store.length > 0) {
    const request = {
      collection_name: collection,
      wait: true,
      points: plan.store.map(pointOf),
      // What another node has stored meanwhile stays as it is.
      update_mode: "insert_only" as const,
    };
    await calls.change({
      call: "store items",
      send: (api, init) => api.upsertPoints(request, init),
    });
  }
  for (const [point_id, at] of plan.touch) await touch(calls, collection, { point_id, at });
}

/** Makes an item as new as what was merged into it, never older. */
async function touch(
  calls: QdrantCalls,
  collection: string,
  { point_id, at }: { readonly point_id: string; readonly at: number },
): Promise<void> {
  const filter = { must: [{ has_id: [point_id] }, { key: "at", range: { lt: at } }] };
  await calls.change({
    call: "renew an item",
    send: (api, init) =>
      api.setPayload({ collection_name: collection, wait: true, payload: { at }, filter }, init),
  });
}
