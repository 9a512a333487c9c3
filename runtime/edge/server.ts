/**
 * The HTTP server: the order of its middleware, its routes, and what becomes of errors. Everything a
 * request passes through can be read off {@link createEdge} from top to bottom.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { errorMessage, SynapseError } from "../errors.ts";
import { accessLog } from "./access_log.ts";
import { agentRoutes } from "./agents.ts";
import { approvalRoutes } from "./approvals.ts";
import { authenticate } from "./auth.ts";
import { CONSOLE_PATH, consoleRoutes } from "./console/routes.ts";
import { deadLetterRoutes } from "./dead_letters.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { eventRoutes } from "./events.ts";
import { healthRoutes, lifeOf } from "./health.ts";
import { memoryRoutes } from "./memory.ts";
import { messageRoutes } from "./messages.ts";
import { nearestRoutes } from "./nearest_routes.ts";
import { nodeRoutes } from "./nodes.ts";
import { DOCS_PATH, documentRoutes } from "./openapi.ts";
import { problemOf } from "./problem.ts";
import { readableBody } from "./readable_body.ts";
import { invalidRequest, notJson } from "./request_faults.ts";
import { sameMachine } from "./same_machine.ts";
import { Seats } from "./seats.ts";
import { scheduleRoutes } from "./schedules.ts";
import { sessionRoutes } from "./sessions.ts";
import { skillRoutes } from "./skills.ts";

/** The two servers of a node. */
export interface Edge {
  /** The API. */
  readonly api: OpenAPIHono<EdgeEnv>;
  /** Metrics, and liveness again for whoever may reach only this port. */
  readonly metrics: Hono<EdgeEnv>;
}

/** Builds both servers. Neither listens yet: hand their `fetch` to an `HttpListener`. */
export function createEdge(deps: EdgeDeps): Edge {
  const api = new OpenAPIHono<EdgeEnv>({ defaultHook: refuseInvalid });
  api.use(requestId({ generator: () => deps.entropy.id("req") }));
  api.use(accessLog(deps));
  api.use(secureHeaders(SECURITY_HEADERS));
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed: refuseMethod }));
  api.use(sameMachine(deps.api_key));
  api.use(bodyLimit({
    maxSize: deps.limits.request_bytes,
    onError: () => refuseSize(deps.limits.request_bytes),
  }));

  api.route("/", healthRoutes(deps));
  api.route("/", documentRoutes(api, deps.version));
  api.route("/", consoleRoutes());

  // What follows needs the key.
  api.use("/api/*", authenticate(deps.api_key), async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  api.use("/api/*", readableBody());
  const seats = new Seats(deps.limits.watchers);
  for (const routes of RESOURCES) api.route("/api/v1", routes(deps, seats));

  api.notFound((c) => problemOf(routeNotFound(api, c), c));
  api.onError(async (error, c) => {
    const response = problemOf(isNotJson(error) ? notJson(await c.req.text()) : error, c);
    if (response.status >= 500) report(deps, error, c);
    return response;
  });
  return { api, metrics: metricsApp(deps) };
}

const RESOURCES = [
  sessionRoutes,
  messageRoutes,
  eventRoutes,
  approvalRoutes,
  scheduleRoutes,
  agentRoutes,
  skillRoutes,
  memoryRoutes,
  deadLetterRoutes,
  nodeRoutes,
];

/** Responses are data: no browser has to run, frame or guess anything. TLS, and so HSTS, is the proxy's. */
const SECURITY_HEADERS: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
  // A page with a policy of its own keeps it.
  overwrite: false,
};

function metricsApp(deps: EdgeDeps): Hono<EdgeEnv> {
  const { metrics, api_key } = deps;
  const app = new Hono<EdgeEnv>();
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.use(sameMachine(api_key));
  app.onError((error, c) => problemOf(error, c));
  app.get("/metrics", async (c) => {
    c.header("Content-Type", metrics.contentType);
    return c.body(await metrics.render());
  });
  app.get("/health", (c) => {
    const life = lifeOf(deps);
    return c.json({ ...life, serves: "metrics" }, life.status === "stuck" ? 503 : 200);
  });
  app.notFound((c) => {
    const message = `There is nothing at ${c.req.path}: this port has /metrics and /health, ` +
      "the API has another (SYNAPSE_PORT)";
    return problemOf(new SynapseError("route_not_found", message), c);
  });
  return app;
}

/** The validator does not say what is wrong with a text that is no JSON. */
function isNotJson(error: unknown): boolean {
  return error instanceof HTTPException && error.status === 400;
}

type Validated = Parameters<NonNullable<OpenAPIHono<EdgeEnv>["defaultHook"]>>[0];

function refuseInvalid(result: Validated): void {
  if (result.success) return;
  // The validator hands over what it was given, though its type does not say so.
  const value = "data" in result ? result.data : undefined;
  throw invalidRequest(result.target, value, result.error.issues);
}

function refuseMethod(c: Context<EdgeEnv>, methods: readonly string[]): Response {
  const message = `${c.req.path} takes no ${c.req.method}, wanted ${methods.join(", ")}`;
  return problemOf(
    new SynapseError("method_not_allowed", message, { data: { allow: methods } }),
    c,
  );
}

function refuseSize(limit: number): never {
  throw new SynapseError("payload_too_large", `The body has more than ${limit} bytes`, {
    data: { limit },
  });
}

function routeNotFound(api: OpenAPIHono<EdgeEnv>, c: Context<EdgeEnv>): SynapseError {
  const routes = api.routes.map((route) => route.path).filter((path) => !path.includes("*"));
  const nearest = c.req.path === "/"
    ? [CONSOLE_PATH, DOCS_PATH]
    : nearestRoutes(c.req.path, routes);
  const guess = guessFor(c.req.path, nearest);
  return new SynapseError("route_not_found", `There is nothing at ${c.req.path}${guess}`, {
    data: { nearest },
  });
}

function guessFor(path: string, nearest: readonly string[]): string {
  if (path === "/metrics") return ": metrics have a port of their own (SYNAPSE_METRICS_PORT)";
  return nearest.length > 0 ? `; near it: ${nearest.join(", ")}` : "";
}

function report({ log, metrics }: EdgeDeps, error: Error, c: Context<EdgeEnv>): void {
  const code = error instanceof SynapseError ? error.code : "internal";
  metrics.errorsTotal.inc({ kind: code });
  const fields = { request_id: c.get("requestId"), code, err: error };
  log.error(fields, `Request failed: ${errorMessage(error)}`);
}
