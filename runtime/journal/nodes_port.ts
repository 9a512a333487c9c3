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
}

/** A node as the others see it. */
export interface NodeRecord extends NodeBeat {
  readonly started_at: number;
  /** When it last said that it lives. */
  readonly seen_at: number;
  /** Whether somebody asked it to drain. */
  readonly drain_requested: boolean;
}

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
  /** Asks a node to drain; it sees that with its next beat. Returns whether there is such a node. */
  requestDrain(id: string): Promise<boolean>;
}
