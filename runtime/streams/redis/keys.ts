/**
 * Every key's name. What stands in braces decides on its slot in Redis Cluster.
 *
 * @module
 */
import type { Address } from "../../../actors/behavior.ts";

/** The first part of every key, unless the configuration says otherwise. */
export const NAMESPACE = "synapse";

/** The names. */
export interface RedisKeys {
  /** Commands accepted for a partition. */
  mailbox(partition: number): string;
  /** What happens in one actor. Its tenant is part of it, so that two tenants never meet. */
  live(address: Address): string;
  /** Answers to commands that this node accepted for others. */
  answers(node: string): string;
  /** Whose this is: the id of the only journal that works here. */
  readonly journal: string;
  /** When this node was here last. */
  seen(node: string): string;
  readonly ingress: string;
  readonly ingress_dead: string;
  /** The number of the ingress' reader; in the ingress' slot. */
  readonly ingress_reader: string;
  readonly egress: string;
  /** How far each partition got in the egress; in the egress' slot. */
  readonly egress_positions: string;
}

/** The names of one namespace. */
export function redisKeys(namespace: string = NAMESPACE): RedisKeys {
  return {
    mailbox: (partition) => `${namespace}:{${partition}}:mailbox`,
    live: (address) => `${namespace}:{${actorTag(address)}}:live`,
    answers: (node) => `${namespace}:node:{${encodeURIComponent(node)}}:answers`,
    seen: (node) => `${namespace}:node:{${encodeURIComponent(node)}}:seen`,
    journal: `${namespace}:journal`,
    ingress: `${namespace}:ingress`,
    ingress_dead: `${namespace}:ingress:dead`,
    ingress_reader: `${namespace}:{${namespace}:ingress}:reader`,
    egress: `${namespace}:egress`,
    egress_positions: `${namespace}:{${namespace}:egress}:positions`,
  };
}

/** `tenant/id` for a session, `tenant/type/id` for others; encoded, so that no part holds a slash or a brace. */
function actorTag({ tenant, type, id }: Address): string {
  const parts = type === "session" ? [tenant, id] : [tenant, type, id];
  return parts.map(encodeURIComponent).join("/");
}
