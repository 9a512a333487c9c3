import assert from "node:assert/strict";
import { formatRoute, HOME, parseRoute, type Route, sessionLink } from "./route.ts";

Deno.test("parseRoute() reads what formatRoute() writes", () => {
  const routes: Route[] = [
    HOME,
    { screen: "sessions", status: "waiting", agent: "po_et" },
    { screen: "session", id: "a:b/c?d#e %", view: "conversation", seq: null },
    { screen: "session", id: "s", view: "events", seq: null },
    { screen: "session", id: "s", view: "state", seq: 17 },
    { screen: "approvals" },
    { screen: "dead-letters" },
    { screen: "memory" },
  ];
  for (const route of routes) assert.deepEqual(parseRoute(formatRoute(route)), route);
});

Deno.test("parseRoute() takes what it cannot read for the beginning", () => {
  for (const hash of ["", "#", "#/", "#/nowhere", "#/sessions/", "#/approvals2"]) {
    assert.deepEqual(parseRoute(hash), HOME, hash);
  }
  assert.deepEqual(parseRoute("#/sessions/%E0%A4%A"), {
    screen: "session",
    id: "%E0%A4%A",
    view: "conversation",
    seq: null,
  });
  assert.deepEqual(parseRoute("#/sessions/s/state/-1"), parseRoute("#/sessions/s/state"));
});

Deno.test("sessionLink() leads to a view, and for the state to an event", () => {
  assert.equal(sessionLink("a b"), "#/sessions/a%20b");
  assert.equal(sessionLink("s", "state", 3), "#/sessions/s/state/3");
});
