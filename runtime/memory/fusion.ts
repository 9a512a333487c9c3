/**
 * Several rankings made one: reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
 *
 * Only ranks count, so that scores of different kinds need not be comparable.
 *
 * @module
 */

/** How little the first ranks stand out: the paper's own value, and what Qdrant calls k. */
const RANK_OFFSET = 60;

/** One of a ranking. */
export interface Ranked<Key> {
  readonly key: Key;
  /** Higher is better. */
  readonly score: number;
}

/**
 * Fuses rankings. Each gives a key `1 / (60 + rank)`, ranks counted from 1; a ranking that lacks it
 * gives nothing.
 *
 * @param rankings each best first, and each key in it once
 * @returns best first; of equals, the one first met
 */
export function fuseByRank<Key>(rankings: readonly (readonly Key[])[]): Ranked<Key>[] {
  const scores = new Map<Key, number>();
  for (const ranking of rankings) {
    for (const [i, key] of ranking.entries()) {
      scores.set(key, (scores.get(key) ?? 0) + 1 / (RANK_OFFSET + i + 1));
    }
  }
  return [...scores].map(([key, score]) => ({ key, score })).sort((a, b) => b.score - a.score);
}
