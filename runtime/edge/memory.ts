/**
 * What agents remember: look for it, list it, forget it, build its index anew.
 *
 * @module
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { SynapseError } from "../errors.ts";
import type { Memory, MemoryItem } from "../memory/port.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { forgetItems } from "./forget_items.ts";
import {
  forgetQuerySchema,
  forgottenSchema,
  memoryListSchema,
  memoryQuerySchema,
  memoryStatsSchema,
  reindexQuerySchema,
} from "./memory_schemas.ts";
import { reindexLines } from "./reindex_stream.ts";
import { jsonContent, problems } from "./responses.ts";
import { idParamSchema } from "./schemas.ts";

const tags = ["memory"];

const FORGET_PROBLEMS = [
  "invalid_request",
  "memory_unavailable",
  "memory_full",
  "mailbox_full",
  "draining",
  "fenced",
  "answer_late",
] as const;

const getMemory = createRoute({
  method: "get",
  path: "/memory",
  tags,
  summary: "Look for what agents remember, best first; without `q` list it, newest first",
  request: { query: memoryQuerySchema },
  responses: {
    ...problems("invalid_request", "memory_unavailable"),
    200: jsonContent(memoryListSchema, "What was found"),
  },
});

const getStats = createRoute({
  method: "get",
  path: "/memory/stats",
  tags,
  summary: "How much is remembered, and in what",
  responses: {
    ...problems("memory_unavailable"),
    200: jsonContent(memoryStatsSchema, "Figures"),
  },
});

const forgetSome = createRoute({
  method: "delete",
  path: "/memory",
  tags,
  summary: "Forget what meets all that is given. It stays in the journals of its sessions",
  request: { query: forgetQuerySchema },
  responses: {
    ...problems(...FORGET_PROBLEMS),
    200: jsonContent(forgottenSchema, "It is forgotten"),
  },
});

const forgetOne = createRoute({
  method: "delete",
  path: "/memory/{id}",
  tags,
  summary: "Forget one item",
  request: { params: idParamSchema },
  responses: {
    ...problems("memory_not_found", ...FORGET_PROBLEMS),
    200: jsonContent(forgottenSchema, "It is forgotten"),
  },
});

const reindexMemory = createRoute({
  method: "post",
  path: "/memory/reindex",
  tags,
  summary: "Build the index anew from the journal, while it goes on answering",
  description: "The answer is a stream of JSON lines that say how far it is: {sessions, " +
    "sessions_total, items, items_total}. The last has `done: true`, or `error` with a code and a " +
    "message. Closing the connection gives up, and leaves the index as it was.",
  request: { query: reindexQuerySchema },
  responses: {
    ...problems("invalid_request", "forbidden", "memory_unavailable", "memory_busy"),
    200: {
      description: "How far it is, one line after the other",
      content: { "application/x-ndjson": { schema: z.string() } },
    },
  },
});

/** Everything under /memory. */
export function memoryRoutes(deps: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();
  let reindexing = false;

  app.openapi(getMemory, async (c) => {
    const { q, mode, cursor = null, limit, ...wanted } = c.req.valid("query");
    const filter = { tenant: c.get("principal").tenant, ...filterOf(wanted) };
    const memory = theMemory(deps);
    if (q === undefined) {
      const page = await memory.list(filter, { cursor, limit });
      return c.json({ items: page.items.map((item) => itemBody(item)), next: page.next }, 200);
    }
    const query = { text: q, filter, k: limit, ...(mode === undefined ? {} : { mode }) };
    const found = await memory.recall(query);
    return c.json(
      { items: found.map(({ item, score }) => itemBody(item, score)), next: null },
      200,
    );
  });

  app.openapi(getStats, async (c) => {
    const memory = theMemory(deps);
    const stats = await memory.stats(c.get("principal").tenant);
    return c.json({ carrier: memory.carrier, ...stats, by_kind: { ...stats.by_kind } }, 200);
  });

  app.openapi(forgetSome, async (c) => {
    const filter = filterOf(c.req.valid("query"));
    const memory = theMemory(deps);
    const options = { ...deps, memory, principal: c.get("principal") };
    return c.json({ forgotten: await forgetItems(filter, options) }, 200);
  });

  app.openapi(forgetOne, async (c) => {
    const { id } = c.req.valid("param");
    const memory = theMemory(deps);
    const options = { ...deps, memory, principal: c.get("principal") };
    const forgotten = await forgetItems({ ids: [id] }, options);
    if (forgotten === 0) throw new SynapseError("memory_not_found", `Memory has no item ${id}`);
    return c.json({ forgotten }, 200);
  });

  app.openapi(reindexMemory, (c) => {
    const { tenant } = c.get("principal");
    const { tenant: wanted } = c.req.valid("query");
    if (wanted !== undefined && wanted !== tenant) {
      throw new SynapseError("forbidden", `Tenant ${wanted} is not this key's`);
    }
    const memory = theMemory(deps);
    if (reindexing) {
      throw new SynapseError("memory_busy", "This node builds the index anew already");
    }
    reindexing = true;
    const whole = wanted === undefined;
    const lines = reindexLines({ ...deps, memory, tenant, whole }, () => reindexing = false);
    c.header("Content-Type", "application/x-ndjson");
    c.header("X-Accel-Buffering", "no");
    // The router's types know no answers but JSON and text.
    return c.body(lines, 200) as never;
  });

  return app;
}

function theMemory({ memory }: EdgeDeps): Memory {
  if (memory) return memory;
  throw new SynapseError("memory_unavailable", "There is no memory here, see memory.enabled");
}

function filterOf({ agent, session, kind, before }: z.output<typeof forgetQuerySchema>) {
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(session === undefined ? {} : { session }),
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(before === undefined ? {} : { before: Date.parse(before) }),
  };
}

function itemBody(item: MemoryItem, score: number | null = null) {
  const { id, agent, session, kind, text, at } = item;
  return { id, agent, session, kind, text, at: new Date(at).toISOString(), score };
}
