/**
 * The nodes of a store that one process has to itself: that process. Nothing of it is stored.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { NodeBeat, NodeRecord, Nodes } from "../nodes_port.ts";

/** Makes the nodes' side of the port. */
export function createNodes(clock: Clock): Nodes {
  const records = new Map<string, NodeRecord>();

  function seen(alive_ms: number): readonly NodeRecord[] {
    return [...records.values()].filter(({ seen_at }) => clock.now() - seen_at <= alive_ms)
      .sort((a, b) => a.id < b.id ? -1 : 1);
  }

  function note(beat: NodeBeat): void {
    const known = records.get(beat.id);
    const same = known?.incarnation === beat.incarnation ? known : null;
    const seen_at = clock.now();
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
    requestDrain: (id) =>
      Promise.try(() => {
        const known = records.get(id);
        if (known) records.set(id, { ...known, drain_requested: true });
        return known !== undefined;
      }),
  };
}
