/**
 * What is to be done with items that are to be remembered.
 *
 * @module
 */
import type { RememberOutcome } from "../port.ts";
import { saysNothingNew, type Statement, statementOf } from "../near_duplicates.ts";
import type { PreparedItem } from "./point.ts";

/** An item that stands for what it says: one of the index, or one that is about to be. */
export interface KnownItem {
  readonly point_id: string;
  readonly id: string;
  readonly at: number;
  readonly statement: Statement;
}

/** What the index has. */
export interface Known {
  /** The points of these items that are there, with their times. */
  readonly known: ReadonlyMap<string, number>;
  /** For the others, by their points: items that may say the same. */
  readonly candidates: ReadonlyMap<string, readonly KnownItem[]>;
}

/** What is to be done, and what will have become of each item. */
export interface StorePlan {
  readonly store: readonly PreparedItem[];
  /** Times by point: these are to be as new as that, at least. */
  readonly touch: ReadonlyMap<string, number>;
  readonly outcomes: readonly RememberOutcome[];
}

/** Plans for items in order; a later one may be merged into an earlier one. */
export function planStore(items: readonly PreparedItem[], { known, candidates }: Known): StorePlan {
  const store = new Map<string, { prepared: PreparedItem; known: KnownItem }>();
  const touch = new Map<string, number>();
  const renew = (point_id: string, since: number, at: number) => {
    if (at > (touch.get(point_id) ?? since)) touch.set(point_id, at);
  };
  const outcomes = items.map(({ item, point_id, vector, ...rest }): RememberOutcome => {
    const { id, at } = item;
    const since = known.get(point_id) ?? store.get(point_id)?.known.at;
    if (since !== undefined) {
      renew(point_id, since, at);
      return { id, outcome: "known", into: id };
    }
    const statement = statementOf(item, vector);
    const ahead = [...store.values()].map(({ known }) => known);
    const same = [...candidates.get(point_id) ?? [], ...ahead]
      .find((other) => saysNothingNew(statement, other.statement));
    if (same === undefined) {
      const prepared = { item, point_id, vector, ...rest };
      store.set(point_id, { prepared, known: { point_id, id, at, statement } });
      return { id, outcome: "stored", into: id };
    }
    renew(same.point_id, same.at, at);
    return { id, outcome: "merged", into: same.id };
  });
  return { store: [...store.values()].map(({ prepared }) => prepared), touch, outcomes };
}
