import assert from "node:assert/strict";
import { nearestRoutes } from "./nearest_routes.ts";

const ROUTES = [
  "/health",
  "/api/v1/sessions",
  "/api/v1/sessions/:id",
  "/api/v1/sessions/:id/messages",
  "/api/v1/dead-letters",
];

Deno.test("nearestRoutes() puts the route first that was meant", () => {
  const cases = {
    "/api/v1/session": "/api/v1/sessions",
    "/sessions": "/api/v1/sessions",
    "/api/v1/session/s1/message": "/api/v1/sessions/:id/messages",
    "/api/v1/dead_letters": "/api/v1/dead-letters",
    "/Health": "/health",
  };
  for (const [path, route] of Object.entries(cases)) {
    assert.equal(nearestRoutes(path, ROUTES)[0], route, path);
  }
});

Deno.test("nearestRoutes() guesses nothing for a path that resembles nothing", () => {
  assert.deepEqual(nearestRoutes("/wp-admin.php", ROUTES), []);
});
