import assert from "node:assert/strict";
import { QdrantClient } from "@qdrant/js-client-rest";
import { addressOf } from "./address.ts";

Deno.test("addressOf() keeps the port that is written, also the protocol's own", () => {
  const ports = {
    "http://qdrant": 6333,
    "https://qdrant.example.com/": 6333,
    "https://qdrant.example.com:443": 443,
    "http://qdrant:80/": 80,
    "http://127.0.0.1:7333/path": 7333,
    "http://[::1]": 6333,
    "http://[::1]:7333": 7333,
    "https://user:12@qdrant": 6333,
  };
  for (const [url, port] of Object.entries(ports)) {
    const { hostname } = new URL(url);
    const address = addressOf(url);
    assert.equal(address.port, port, url);
    assert.equal(address.url, `${new URL(url).protocol}//${hostname}:${port}`);
  }
});

Deno.test("The client asks at the address, path and all", async () => {
  const asked: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      asked.push(new URL(request.url).pathname);
      return Response.json({ result: { aliases: [] }, status: "ok", time: 0 });
    },
  );
  for (const path of ["", "/", "/behind/proxy", "/behind/proxy/"]) {
    const address = addressOf(`http://127.0.0.1:${server.addr.port}${path}`);
    await new QdrantClient({ ...address, checkCompatibility: false }).getAliases();
  }
  assert.deepEqual(asked, [
    "/aliases",
    "/aliases",
    "/behind/proxy/aliases",
    "/behind/proxy/aliases",
  ]);
});
