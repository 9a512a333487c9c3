/**
 * From the ports of a simulated process to a real node on them.
 *
 * @module
 */
import { session } from "../../actors/session/behavior.ts";
import { LEDGER } from "../engine/ledger_actor.ts";
import { Node, type NodeOptions } from "../engine/node.ts";
import type { Engine, Poster } from "../engine/port.ts";
import type { AnyBehavior } from "../engine/step.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import { VERSION } from "../version.ts";
import { silentMetrics } from "../telemetry/silent.ts";

/** What differs from one simulated node to the next. */
export type EngineParts =
  & Pick<NodeOptions, "journal" | "streams" | "handlers" | "clock" | "entropy" | "log">
  & { readonly node: string; readonly incarnation: string; readonly weight: number };

/** The engine of one simulated process. */
export type SimulatedEngine = Pick<Engine, "submit" | "trouble"> & Poster & {
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Makes engines: the real one, or one that is broken on purpose. */
export type MakeEngine = (parts: EngineParts) => SimulatedEngine;

/** How long a lease lasts, and how often a node says that it is there, in milliseconds. */
const LEASE_MS = 3000;
const HEARTBEAT_MS = 1000;

/** Small bounds, so that snapshots, passivation and full mailboxes come often. */
const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  snapshot_events: 7,
  idle_ms: 1500,
  active_actors: 12,
  commit_actors: 8,
};

/** The behaviors' own limits. */
const BEHAVIOR_LIMITS = {
  mailbox_per_session: 100,
  skill_output_model_chars: 1000,
  require_approval_for_risk: 3,
};

/** Makes the real engine. */
export function realEngine(parts: EngineParts): SimulatedEngine {
  const { node, incarnation, weight, ...ports } = parts;
  const behaviors = [LEDGER, session as AnyBehavior];
  return new Node({
    ...ports,
    identity: { id: node, incarnation, version: VERSION, protocol_version: "1.0" },
    cluster: { lease_ms: LEASE_MS, heartbeat_ms: HEARTBEAT_MS, weight, labels: {} },
    limits: LIMITS,
    metrics: silentMetrics,
    onCommit: () => {},
    types: Object.fromEntries(
      behaviors.map((behavior) => [
        behavior.type,
        { behavior, limits: BEHAVIOR_LIMITS, outgoing: true },
      ]),
    ),
  });
}
