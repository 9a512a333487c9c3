import assert from "node:assert/strict";
import { testEdge } from "./testing.ts";

Deno.test("GET events is a stream only for who wants one at least as much as JSON", async () => {
  const edge = await testEdge();
  await edge.call("POST", "/api/v1/sessions", { id: "s" });
  const cases: readonly [string | undefined, "stream" | "page"][] = [
    ["text/event-stream", "stream"],
    ["TEXT/Event-Stream", "stream"],
    ["text/event-stream; charset=utf-8", "stream"],
    ["text/event-stream, */*", "stream"],
    ["application/json, text/event-stream", "stream"],
    ["application/json;q=0.5, text/event-stream;q=0.6", "stream"],
    ["text/*", "stream"],
    ["application/json;q=0, */*", "stream"],
    [undefined, "page"],
    ["", "page"],
    ["*/*", "page"],
    ["application/json", "page"],
    ["text/event-stream;q=0", "page"],
    ["text/event-stream;q=0, text/*", "page"],
    ["text/event-stream;q=0.0, */*", "page"],
    ["application/json, text/event-stream;q=0.9", "page"],
    ["*/*, text/event-stream;q=0.1", "page"],
    ["text/event-stream-more", "page"],
    ["text/html", "page"],
  ];
  for (const [accept, form] of cases) {
    const headers = accept === undefined ? {} : { accept };
    const response = await edge.api.request("/api/v1/sessions/s/events?follow=false", { headers });
    await response.body?.cancel();
    const type = form === "stream" ? "text/event-stream" : "application/json";
    assert.equal(response.headers.get("content-type"), type, accept);
  }
});
