/**
 * The nodes that share the journal: look at them, relieve one of its work in good order.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import { SynapseError } from "../errors.ts";
import { type NodeRecord, takesPartitions } from "../journal/nodes_port.ts";
import { isoTime } from "./bodies.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { identify } from "./idempotency.ts";
import { bodyProblems, jsonBody, jsonContent, problems } from "./responses.ts";
import {
  drainNodeSchema,
  idempotencyHeaderSchema,
  idParamSchema,
  nodeListSchema,
  nodeSchema,
} from "./schemas.ts";

/** A node that was silent for longer is not listed any more, in milliseconds, unless a lease is longer. */
const SEEN_MS = 10_000;

const tags = ["nodes"];

const listNodes = createRoute({
  method: "get",
  path: "/nodes",
  tags,
  summary: `List the nodes that gave a sign of life within ${SEEN_MS / 1000} seconds or a lease`,
  responses: { ...problems(), 200: jsonContent(nodeListSchema, "All nodes") },
});

const drainNode = createRoute({
  method: "post",
  path: "/nodes/{id}/drain",
  tags,
  summary: "Ask a node to hand over its partitions, before it is stopped. Again changes nothing",
  request: {
    params: idParamSchema,
    headers: idempotencyHeaderSchema,
    body: jsonBody(drainNodeSchema, false),
  },
  responses: {
    ...bodyProblems("node_not_found", "last_node"),
    202: jsonContent(nodeSchema, "It was asked, and begins with its next sign of life"),
  },
});

/** GET /nodes and POST /nodes/{id}/drain. */
export function nodeRoutes({ journal, entropy, lease_ms }: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();

  /** All that are listed. The journal's clock says who is silent, not that of this machine. */
  async function look(): Promise<readonly SeenNode[]> {
    const [seen, live] = await Promise.all([
      journal.nodes(Math.max(SEEN_MS, lease_ms)),
      journal.nodes(lease_ms),
    ]);
    const lively = new Set(live.map(({ id }) => id));
    return seen.map((node) =>
      lively.has(node.id) ? node : { ...node, status: "silent", partitions: 0 }
    );
  }

  app.openapi(listNodes, async (c) => {
    return c.json({ items: (await look()).map(nodeBody), next: null }, 200);
  });

  app.openapi(drainNode, async (c) => {
    // A request repeats safely by itself; the key is read so that a bad one is refused here as elsewhere.
    await identify(c, entropy);
    const { id } = c.req.valid("param");
    const { force = false } = c.req.valid("json");
    const nodes = await look();
    const node = nodes.find((node) => node.id === id);
    const outcome = node && await journal.requestDrain(id, { alive_ms: lease_ms, force });
    if (outcome === "last") throw lastNode(id, nodes);
    if (!node || outcome === "unknown") throw notFound(id, nodes);
    return c.json(nodeBody({ ...node, drain_requested: true }), 202);
  });

  return app;
}

/** A node as it is listed. */
type SeenNode = Omit<NodeRecord, "status"> & {
  readonly status: NodeRecord["status"] | "silent";
};

/** Why a node takes nothing over, if it does not. */
function hindrance({ status, drain_requested, weight }: SeenNode): string | null {
  if (status === "draining" || drain_requested) return "is draining";
  if (status === "silent") return "is silent";
  return takesPartitions({ status, drain_requested, weight }) ? null : "has the weight 0";
}

/** The nodes may have changed since they were looked at: what is wrong with them is told if it is known. */
function lastNode(id: string, nodes: readonly SeenNode[]): SynapseError {
  const found = nodes.filter((node) => node.id !== id).flatMap((node) => {
    const why = hindrance(node);
    return why === null ? [] : [`${node.id} ${why}`];
  });
  return new SynapseError(
    "last_node",
    `Node ${id} has no other to hand over to${found.length > 0 ? `: ${found.join(", ")}` : ""}; ` +
      "force drains it all the same, and commands then wait, or are refused, until one works again",
  );
}

function notFound(id: string, nodes: readonly SeenNode[]): SynapseError {
  const ids = nodes.map(({ id }) => id);
  const known = ids.length > 0 ? `, wanted one of ${ids.join(", ")}` : "";
  return new SynapseError("node_not_found", `Node ${id} does not exist${known}`);
}

function nodeBody(node: SeenNode): z.output<typeof nodeSchema> {
  return {
    ...node,
    // What such a node takes.
    weight: node.weight ?? 1,
    started_at: isoTime(node.started_at),
    seen_at: isoTime(node.seen_at),
  };
}
