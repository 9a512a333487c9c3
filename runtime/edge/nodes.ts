/**
 * The nodes that share the journal: look at them, relieve one of its work in good order.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import { SynapseError } from "../errors.ts";
import type { NodeRecord } from "../journal/nodes_port.ts";
import { isoTime } from "./bodies.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { identify } from "./idempotency.ts";
import { jsonContent, problems } from "./responses.ts";
import { idempotencyHeaderSchema, idParamSchema, nodeListSchema, nodeSchema } from "./schemas.ts";

/** A node that was silent for longer is not listed any more, in milliseconds. */
const SEEN_MS = 10_000;

const tags = ["nodes"];

const listNodes = createRoute({
  method: "get",
  path: "/nodes",
  tags,
  summary: `List the nodes that gave a sign of life within ${SEEN_MS / 1000} seconds`,
  responses: { ...problems(), 200: jsonContent(nodeListSchema, "All nodes") },
});

const drainNode = createRoute({
  method: "post",
  path: "/nodes/{id}/drain",
  tags,
  summary: "Ask a node to hand over its partitions, before it is stopped. Again changes nothing",
  request: { params: idParamSchema, headers: idempotencyHeaderSchema },
  responses: {
    ...problems("node_not_found", "malformed_request"),
    202: jsonContent(nodeSchema, "It was asked, and begins with its next sign of life"),
  },
});

/** GET /nodes and POST /nodes/{id}/drain. */
export function nodeRoutes({ journal, entropy }: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();

  app.openapi(listNodes, async (c) => {
    const nodes = await journal.nodes(SEEN_MS);
    return c.json({ items: nodes.map(nodeBody), next: null }, 200);
  });

  app.openapi(drainNode, async (c) => {
    // A request repeats safely by itself; the key is read so that a bad one is refused here as elsewhere.
    await identify(c, entropy);
    const { id } = c.req.valid("param");
    const nodes = await journal.nodes(SEEN_MS);
    const node = nodes.find((node) => node.id === id);
    if (!node || !await journal.requestDrain(id)) {
      const ids = nodes.map(({ id }) => id);
      const known = ids.length > 0 ? `, wanted one of ${ids.join(", ")}` : "";
      throw new SynapseError("node_not_found", `Node ${id} does not exist${known}`);
    }
    return c.json(nodeBody({ ...node, drain_requested: true }), 202);
  });

  return app;
}

function nodeBody(node: NodeRecord): z.output<typeof nodeSchema> {
  const { id, incarnation, status, version, protocol_version, partitions, drain_requested } = node;
  return {
    id,
    incarnation,
    status,
    version,
    protocol_version,
    partitions,
    started_at: isoTime(node.started_at),
    seen_at: isoTime(node.seen_at),
    drain_requested,
  };
}
