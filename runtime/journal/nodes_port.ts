/**
 * The part of the journal's port by which nodes know of each other. Times are by the journal's clock.
 *
 * @module
 */

/** What a node says of itself. */
export interface NodeBeat {
  readonly id: string;
  /** Of this start of the process: another one under the same id is another process. */
  readonly incarnation: string;
  /** The program's version. */
  readonly version: string;
  readonly protocol_version: string;
  readonly status: "active" | "draining";
  /** How many partitions it holds. */
  readonly partitions: number;
  /** Its share of the partitions, in proportion to the others' weights; 0: it takes none. */
  readonly weight: number;
  /** What people call it by: words that mean nothing to the program. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A node as the others see it. */
export interface NodeRecord extends Omit<NodeBeat, "weight"> {
  /** Null of a node whose version knows no weights: it divides the partitions evenly. */
  readonly weight: number | null;
  readonly started_at: number;
  /** When it last said that it lives. */
  readonly seen_at: number;
  /** Whether somebody asked it to drain. */
  readonly drain_requested: boolean;
}

/** How a node is asked to drain. */
export interface DrainRequest {
  /** Who was not seen within so many milliseconds takes nothing over. */
  readonly alive_ms: number;
  /** Whether it is asked although no other node takes partitions. */
  readonly force: boolean;
}

/** Whether a node was asked to drain: if not, it does not exist, or is the last that takes partitions. */
export type DrainOutcome = "asked" | "unknown" | "last";

/** Who is there. */
export interface Nodes {
  /**
   * Makes this incarnation the one that its id stands for, in the place of any before it. Returns all
   * nodes seen within `alive_ms`, itself included, by id.
   */
  join(beat: NodeBeat, alive_ms: number): Promise<readonly NodeRecord[]>;
  /**
   * Notes that a node lives, unless another incarnation took its id: then the record under its id is
   * that one's. One that was forgotten is noted anew. Returns what {@link Nodes.join} returns.
   */
  beat(beat: NodeBeat, alive_ms: number): Promise<readonly NodeRecord[]>;
  /** Forgets a node, if it is still that incarnation. */
  leave(id: string, incarnation: string): Promise<void>;
  /** All nodes seen within `alive_ms`, by id. */
  nodes(alive_ms: number): Promise<readonly NodeRecord[]>;
  /**
   * Asks a node to drain; it sees that with its next beat. Unless forced, a node that takes partitions
   * is asked only if another one does too. Requests are decided one after the other, so that of two
   * for the last two nodes one is refused. One that was asked, or drains, is asked again.
   */
  requestDrain(id: string, request: DrainRequest): Promise<DrainOutcome>;
}

/** Whether a node takes partitions. */
export function takesPartitions(
  { status, drain_requested, weight }: Pick<NodeRecord, "drain_requested" | "weight"> & {
    readonly status: string;
  },
): boolean {
  return status === "active" && !drain_requested && weight !== 0;
}
