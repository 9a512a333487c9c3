/**
 * Finds what a request names, or says that there is none.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { agentSchema, ASSISTANT, type PinnedAgent } from "../../actors/session/agent.ts";
import { SynapseError } from "../errors.ts";
import type { ActorRecord, AgentStore, Directory } from "../journal/directory_port.ts";

/**
 * A session's record.
 *
 * @throws {SynapseError} `session_not_found`
 */
export async function findSession(directory: Directory, address: Address): Promise<ActorRecord> {
  const record = await directory.find(address);
  if (!record) {
    throw new SynapseError("session_not_found", `Session ${address.id} does not exist`);
  }
  return record;
}

/**
 * The newest version of an agent, as a session pins it.
 *
 * @param name the built-in one unless given
 * @throws {SynapseError} `agent_not_found`
 */
export async function findAgent(
  store: AgentStore,
  tenant: string,
  name: string = ASSISTANT,
): Promise<PinnedAgent> {
  const stored = await store.agent(tenant, name, null);
  if (!stored) throw new SynapseError("agent_not_found", `Agent ${name} does not exist`);
  return { name, version: stored.version, spec: agentSchema.parse(stored.spec) };
}
