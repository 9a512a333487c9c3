/**
 * What a node knows of the others, and tells them of itself.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";
import {
  type NodeBeat,
  type NodeRecord,
  type Nodes,
  takesPartitions,
} from "../journal/nodes_port.ts";
import type { Taker } from "./placement.ts";

/** Who a node is. */
export type NodeIdentity = Pick<NodeBeat, "id" | "incarnation" | "version" | "protocol_version">;

/** The nodes at one moment, as one of them sees them. */
export interface View {
  /** Those that take partitions, with the weights that hold now. */
  readonly takers: readonly Taker[];
  /** Whether there is another one that takes partitions. */
  readonly others: boolean;
  /** Whether one of them is late: soon it may be known to be gone. */
  readonly suspect: boolean;
  /** Whether another process took this one's id. */
  readonly superseded: boolean;
  /** Whether this one was asked to drain. */
  readonly drain_requested: boolean;
}

/** What membership needs. */
export interface MembershipOptions extends Pick<NodeBeat, "weight" | "labels"> {
  readonly nodes: Nodes;
  readonly identity: NodeIdentity;
  /** How long a lease lasts, in milliseconds: who is silent for longer holds none and is gone. */
  readonly lease_ms: number;
  /** How often each says that it is there, in milliseconds. */
  readonly heartbeat_ms: number;
}

/** How many heartbeats late makes a node suspect. */
const SUSPECT_BEATS = 1.5;

/** One node among others. */
export class Membership {
  readonly #options: MembershipOptions;
  #status: NodeBeat["status"] = "active";

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /**
   * Joins the others.
   *
   * @throws {SynapseError} `protocol_mismatch` if they speak another protocol
   */
  async join(): Promise<void> {
    const { nodes, identity, lease_ms } = this.#options;
    const records = await nodes.join(this.#say(0), lease_ms);
    const strange = records.find((record) => major(record) !== major(identity));
    if (!strange) return;
    await nodes.leave(identity.id, identity.incarnation);
    throw new SynapseError(
      "protocol_mismatch",
      `Node ${strange.id} (Synapse ${strange.version}) speaks protocol ${strange.protocol_version}, ` +
        `this program ${identity.protocol_version}: stop the nodes of the other major version first`,
      { data: { node: strange.id, protocol_version: strange.protocol_version } },
    );
  }

  /** From now on this node says that it drains. */
  drain(): void {
    this.#status = "draining";
  }

  /** Says that this node is there, and what it holds. */
  async beat(partitions: number): Promise<View> {
    const { nodes, identity, lease_ms, heartbeat_ms } = this.#options;
    const records = await nodes.beat(this.#say(partitions), lease_ms);
    return viewOf(records, identity, heartbeat_ms);
  }

  /** Says that this node goes. */
  async leave(): Promise<void> {
    const { nodes, identity } = this.#options;
    await nodes.leave(identity.id, identity.incarnation);
  }

  #say(partitions: number): NodeBeat {
    const { identity, weight, labels } = this.#options;
    return { ...identity, status: this.#status, partitions, weight, labels };
  }
}

/** What the records say to one of the nodes. */
export function viewOf(
  records: readonly NodeRecord[],
  self: Pick<NodeIdentity, "id" | "incarnation">,
  heartbeat_ms: number,
): View {
  const own = records.find(({ id }) => id === self.id);
  const takers = takersOf(records);
  const now = own?.seen_at ?? 0;
  return {
    takers,
    others: takers.some(({ id }) => id !== self.id),
    suspect: records.some(({ seen_at }) => now - seen_at > heartbeat_ms * SUSPECT_BEATS),
    superseded: own !== undefined && own.incarnation !== self.incarnation,
    drain_requested: own?.drain_requested ?? false,
  };
}

/**
 * Who takes partitions. While one of them is of a version that knows no weights, all have the same: it
 * divides the partitions so, and where two nodes divide differently, each may leave a partition to the
 * other.
 */
function takersOf(records: readonly NodeRecord[]): readonly Taker[] {
  const taking = records.filter(takesPartitions);
  const weighed = taking.every(({ weight }) => weight !== null);
  return taking.map(({ id, weight }) => ({ id, weight: weighed ? weight ?? 1 : 1 }));
}

function major({ protocol_version }: Pick<NodeBeat, "protocol_version">): string {
  return protocol_version.split(".")[0] ?? "";
}
