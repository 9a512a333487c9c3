/**
 * The API's description, for programs and for people.
 *
 * @module
 */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { Hono } from "hono";
import type { EdgeEnv } from "./env.ts";
import { type ApiDocument, DOCS_POLICY, docsPage } from "./docs_page.ts";

/** Where the document is. */
export const DOCUMENT_PATH = "/api/v1/openapi.json";

/** Where its page for people is. */
export const DOCS_PATH = "/docs";

const OPEN_PAGES = [
  [DOCUMENT_PATH, "application/json", "This description, for programs"],
  [DOCS_PATH, "text/html", "This description, for people"],
] as const;

/** GET /api/v1/openapi.json and GET /docs: both open to everyone, both without any request beyond this node. */
export function documentRoutes(api: OpenAPIHono<EdgeEnv>, version: string): Hono<EdgeEnv> {
  // The routes are complete only when the server is, so the document is made when first asked for.
  let document: ApiDocument | null = null;
  const read = () => document ??= describe(api, version);
  const app = new Hono<EdgeEnv>();
  app.get(DOCUMENT_PATH, (c) => c.json(read()));
  app.get(DOCS_PATH, (c) => {
    c.header("Content-Security-Policy", DOCS_POLICY);
    return c.html(docsPage(read()));
  });
  return app;
}

function describe(api: OpenAPIHono<EdgeEnv>, version: string): ApiDocument {
  const { openAPIRegistry } = api;
  openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
  });
  openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
  });
  for (const [path, type, summary] of OPEN_PAGES) {
    openAPIRegistry.registerPath({
      method: "get",
      path,
      tags: ["description"],
      summary,
      security: [],
      responses: { 200: { description: "It", content: { [type]: { schema: z.unknown() } } } },
    });
  }
  return api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Synapse",
      version,
      description: "Durable sessions of AI agents. Errors are RFC 9457 problems with a stable " +
        "`code`; lists are `{items, next}`; every POST takes an `Idempotency-Key`.",
      license: { name: "MIT" },
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  });
}
