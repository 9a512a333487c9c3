/**
 * Filters of the port as Qdrant's.
 *
 * @module
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { invariant } from "../../../actors/invariant.ts";
import type { MemoryFilter } from "../port.ts";
import { pointId } from "./point.ts";

/** A filter that Qdrant applies. */
export type PointFilter = { readonly must: Schemas["Condition"][] };

/** The filter for Qdrant, which always names the tenant; null if no item can meet it. */
export function pointFilter(filter: MemoryFilter): PointFilter | null {
  const { tenant, agent, session, kinds, ids, before } = filter;
  invariant(typeof tenant === "string", "Every question to memory names a tenant");
  if (kinds?.length === 0 || ids?.length === 0) return null;
  return {
    must: [
      member("tenant", tenant),
      ...(agent === undefined ? [] : [member("agent", agent)]),
      ...(session === undefined ? [] : [member("session", session)]),
      ...(kinds === undefined ? [] : [{ key: "kind", match: { any: [...new Set(kinds)] } }]),
      ...(ids === undefined
        ? []
        : [{ has_id: [...new Set(ids)].map((id) => pointId(tenant, id)) }]),
      ...(before === undefined ? [] : [{ key: "at", range: { lt: before } }]),
    ],
  };
}

/** The condition that a member of the payload has exactly this value. */
export function member(key: string, value: string): Schemas["FieldCondition"] {
  return { key, match: { value } };
}
