import assert from "node:assert/strict";
import { anyLives } from "./process_tree.ts";
import { redisReady, startRedis } from "./redis.ts";
import { tcpExchange } from "./tcp_exchange.ts";

/** What Redis answers, as it stands on the wire. */
async function ask(port: number, command: string): Promise<string> {
  const answer = await tcpExchange(port, new TextEncoder().encode(`${command}\r\n`));
  return new TextDecoder().decode(answer ?? new Uint8Array());
}

Deno.test("startRedis() keeps its port, and nothing else, through a restart", async () => {
  await using server = await startRedis();
  const { port, pid } = server;
  assert.equal(await ask(port, "SET key value"), "+OK\r\n");
  await server.restart();
  assert.equal(server.port, port);
  assert.notEqual(server.pid, pid);
  assert.equal(await ask(port, "GET key"), "$-1\r\n");
});

Deno.test("startRedis() gives a server that can be flushed, paused and killed", async () => {
  await using server = await startRedis();
  const { port } = server;
  await ask(port, "SET key value");
  await server.flushAll();
  assert.equal(await ask(port, "DBSIZE"), ":0\r\n");

  await server.pause();
  assert.equal(await redisReady(port), false);
  await server.resume();
  assert.equal(await redisReady(port), true);

  await server.kill();
  assert.equal(await redisReady(port), false);
  await assert.rejects(server.flushAll(), /it answered nothing/);
  await server.start();
  assert.equal(await redisReady(port), true);
});

Deno.test("startRedis() takes settings, and leaves neither process nor folder behind", async () => {
  const server = await startRedis({ settings: { appendonly: "yes", appendfsync: "always" } });
  await ask(server.port, "SET key value");
  await server.kill();
  await server.start();
  assert.equal(await ask(server.port, "GET key"), "$5\r\nvalue\r\n");

  const { pid } = server;
  assert.ok(pid !== null);
  await server[Symbol.asyncDispose]();
  assert.equal(await anyLives([pid]), false);
  await assert.rejects(server.log(), Deno.errors.NotFound);
});

Deno.test("startRedis() fails with the server's own words", async () => {
  await assert.rejects(startRedis({ settings: { nonsense: "1" } }), {
    name: "ServiceError",
    message: /^Cannot start Redis: it ended before it was ready\n.*nonsense/s,
  });
});
