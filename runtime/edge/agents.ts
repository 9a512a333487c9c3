/**
 * Agents: versioned definitions. A session keeps the version it started with.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Json } from "../../actors/behavior.ts";
import { agentSchema, type AgentSpec } from "../../actors/session/agent.ts";
import { asJournaled } from "../engine/as_journaled.ts";
import { SynapseError } from "../errors.ts";
import type { StoredAgent } from "../journal/directory_port.ts";
import { isoTime } from "./bodies.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { requestFaults } from "./request_faults.ts";
import { bodyProblems, jsonBody, jsonContent, problems } from "./responses.ts";
import {
  agentListSchema,
  agentParamSchema,
  agentSpecSchema,
  putAgentSchema,
  storedAgentSchema,
} from "./schemas.ts";

const tags = ["agents"];

const listAgents = createRoute({
  method: "get",
  path: "/agents",
  tags,
  summary: "List agents, each in its newest version",
  responses: { ...problems(), 200: jsonContent(agentListSchema, "All agents") },
});

const getAgent = createRoute({
  method: "get",
  path: "/agents/{name}",
  tags,
  summary: "Look at the newest version of an agent",
  request: { params: agentParamSchema },
  responses: {
    ...problems("agent_not_found", "invalid_request"),
    200: jsonContent(storedAgentSchema, "The agent"),
  },
});

const putAgent = createRoute({
  method: "put",
  path: "/agents/{name}",
  tags,
  summary: "Store a new version of an agent, unless the newest one is the same",
  request: { params: agentParamSchema, body: jsonBody(agentSpecSchema, true) },
  responses: {
    ...bodyProblems(),
    200: jsonContent(putAgentSchema, "The agent as it is stored, and what looks wrong with it"),
  },
});

/** GET /agents, and GET and PUT /agents/{name}. */
export function agentRoutes(deps: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const { journal } = deps;
  const app = new OpenAPIHono<EdgeEnv>();

  app.openapi(listAgents, async (c) => {
    const agents = await journal.agents(c.get("principal").tenant);
    return c.json({ items: agents.map(agentBody), next: null }, 200);
  });

  app.openapi(getAgent, async (c) => {
    const { name } = c.req.valid("param");
    const stored = await journal.agent(c.get("principal").tenant, name, null);
    if (!stored) throw new SynapseError("agent_not_found", `Agent ${name} does not exist`);
    return c.json(agentBody(stored), 200);
  });

  app.openapi(putAgent, async (c) => {
    const { name } = c.req.valid("param");
    const spec = c.req.valid("json");
    checkProviders(deps.providers, spec);
    const wanted = asJournaled(spec) as Json;
    const stored = await journal.putAgent(c.get("principal").tenant, name, wanted);
    return c.json({ ...agentBody(stored), warnings: unknownSkills(deps, spec) }, 200);
  });

  return app;
}

/** A model of a provider that is not there can never answer. */
function checkProviders(providers: readonly string[], spec: AgentSpec): void {
  const wanted = [
    ...(spec.model === undefined ? [] : [{ path: "body.model", model: spec.model }]),
    ...spec.fallbacks.map((model, i) => ({ path: `body.fallbacks.${i}`, model })),
  ];
  const faults = wanted
    .filter(({ model }) => !providers.includes(providerOf(model)))
    .map(({ path, model }) => ({
      path,
      message: `No provider is named ${JSON.stringify(providerOf(model))}, wanted one of ${
        providers.join(", ")
      }`,
    }));
  if (faults.length > 0) throw requestFaults(faults);
}

/** A skill that is not there may come with the next reload, so it is no fault. */
function unknownSkills({ skills }: EdgeDeps, spec: AgentSpec): string[] {
  return spec.skills
    .filter((name) => name !== "*" && skills.get(name) === null)
    .map((name) => `No skill is named ${name}, so the agent cannot call it until there is one`);
}

function providerOf(model: string): string {
  return model.split("/", 1)[0] ?? model;
}

function agentBody(stored: StoredAgent): z.output<typeof storedAgentSchema> {
  const { name, version, created_at, spec } = stored;
  return { name, version, created_at: isoTime(created_at), spec: agentSchema.parse(spec) };
}
