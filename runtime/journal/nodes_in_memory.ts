/**
 * Nodes knowing of each other through a map in this process: of a store that one process has to itself,
 * of a simulated one, and of tests. Nothing of it is stored.
 *
 * @module
 */
import { type NodeBeat, type NodeRecord, type Nodes, takesPartitions } from "./nodes_port.ts";

/**
 * Makes the nodes' side of the port.
 *
 * @param now the store's clock, in milliseconds since the epoch
 * @param records what is known, by id; nobody else changes it meanwhile
 */
export function createNodesInMemory(
  now: () => number,
  records: Map<string, NodeRecord> = new Map(),
): Nodes {
  function seen(alive_ms: number): readonly NodeRecord[] {
    return [...records.values()].filter(({ seen_at }) => now() - seen_at <= alive_ms)
      .sort((a, b) => a.id < b.id ? -1 : 1);
  }

  function note(beat: NodeBeat): void {
    const known = records.get(beat.id);
    const same = known?.incarnation === beat.incarnation ? known : null;
    const seen_at = now();
    const { started_at = seen_at, drain_requested = false } = same ?? {};
    records.set(beat.id, { ...beat, started_at, seen_at, drain_requested });
  }

  return {
    join: (beat, alive_ms) =>
      Promise.try(() => {
        note(beat);
        return seen(alive_ms);
      }),
    beat: (beat, alive_ms) =>
      Promise.try(() => {
        const known = records.get(beat.id);
        if (!known || known.incarnation === beat.incarnation) note(beat);
        return seen(alive_ms);
      }),
    leave: (id, incarnation) =>
      Promise.try(() => {
        if (records.get(id)?.incarnation === incarnation) records.delete(id);
      }),
    nodes: (alive_ms) => Promise.try(() => seen(alive_ms)),
    requestDrain: (id, { alive_ms, force }) =>
      Promise.try(() => {
        const known = records.get(id);
        if (!known) return "unknown";
        const others = seen(alive_ms).filter((node) => node.id !== id);
        if (!force && takesPartitions(known) && !others.some(takesPartitions)) return "last";
        records.set(id, { ...known, drain_requested: true });
        return "asked";
      }),
  };
}
