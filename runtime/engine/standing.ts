/**
 * Whether a node can do its work, and what it says if not.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/** How a node stands. */
export interface Standing {
  /** Whether another process took its id. */
  readonly superseded: boolean;
  /** Whether it gives its partitions up, or has done so. */
  readonly draining: boolean;
  /** Whether another node takes partitions. */
  readonly others: boolean;
  /** Whether no node takes partitions, this one included. */
  readonly nobody: boolean;
  /** For how long it has not looked after its partitions, in milliseconds. */
  readonly silence_ms: number;
  /** What is wrong with the journal, or null. */
  readonly journal: string | null;
}

/**
 * How long a node may not look after its partitions until it counts as stuck, in milliseconds: longer than
 * the longest heartbeat, and many times what the journal may take to answer.
 */
const STUCK_MS = 45_000;

const MS_PER_SECOND = 1000;

/** Why a node is not ready, or null. */
export function troubleOf({ superseded, draining, journal }: Standing): string | null {
  if (superseded) return "another process runs under this node's id";
  return draining ? "the node drains" : journal;
}

/**
 * What is missing although the node is ready, or null. It takes commands and serves what is to be read:
 * nodes that take no partitions must not all leave the balancer because the last other one is away.
 */
export function shortageOf({ nobody }: Standing): string | null {
  if (!nobody) return null;
  return "no node takes partitions: each has the weight 0, drains or is gone; " +
    "commands wait until one with a weight joins";
}

/**
 * Why a process is beyond help but by a new start, or null. That the journal is away is no such reason:
 * nor does a new process have it.
 */
export function stuckOf({ superseded, silence_ms }: Standing): string | null {
  if (superseded || silence_ms < STUCK_MS) return null;
  const seconds = Math.floor(silence_ms / MS_PER_SECOND);
  return `the engine has not looked after its partitions for ${seconds} s`;
}

/**
 * Refuses a command that cannot even be stored, or that nobody would handle because the only node stops.
 * While no node takes partitions, commands are stored: they wait for one.
 *
 * @throws {SynapseError} `draining`, `journal_unavailable`
 */
export function refuseUnlessTaken({ superseded, draining, others, journal }: Standing): void {
  if (superseded) {
    const message = "Another process runs under this node's id; send the command to that one";
    throw new SynapseError("draining", message);
  }
  if (draining && !others) {
    throw new SynapseError("draining", "Node drains, and there is no other one; try again later");
  }
  if (journal !== null) throw new SynapseError("journal_unavailable", journal);
}
