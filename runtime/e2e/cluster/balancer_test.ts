import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { freePort } from "../free_port.ts";
import { BalancedClient } from "./balanced_client.ts";
import { Balancer, type Endpoint } from "./balancer.ts";

const BODY = "{}";
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const REFUSAL = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

/** A server that gives the first request of each connection an answer, and cuts it at the second. */
class Server implements Endpoint, AsyncDisposable {
  readonly id: string;
  readonly url: string;
  /** The first line of each request. */
  readonly seen: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;

  constructor(id: string, answer = ANSWER) {
    this.id = id;
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#serving = this.#serve(new TextEncoder().encode(answer));
  }

  async #serve(answer: Uint8Array): Promise<void> {
    const open: Promise<void>[] = [];
    for await (const connection of this.#listener) open.push(this.#answer(connection, answer));
    await Promise.all(open);
  }

  async #answer(connection: Deno.TcpConn, answer: Uint8Array): Promise<void> {
    if (await this.#request(connection)) {
      await connection.write(answer);
      await this.#request(connection);
    }
    connection.close();
  }

  async #request(connection: Deno.TcpConn): Promise<boolean> {
    const buffer = new Uint8Array(4096);
    const length = await connection.read(buffer).catch(() => null);
    if (length === null) return false;
    this.seen.push(new TextDecoder().decode(buffer.subarray(0, length)).split(" HTTP")[0]!);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }
}

Deno.test("Balancer leads connections in turn to those that are there at the moment", async () => {
  await using a = new Server("a");
  await using b = new Server("b");
  let endpoints = [a, b];
  await using balancer = new Balancer(() => endpoints);
  await using client = new BalancedClient(balancer.url);
  for (let i = 0; i < 4; i++) await client.open(`${i}`);
  endpoints = [b];
  for (let i = 4; i < 6; i++) await client.open(`${i}`);
  assert.deepEqual([...balancer.led], [["a", 2], ["b", 4]]);
  assert.deepEqual([client.failures, balancer.barren], [[], []]);
});

Deno.test("who is led nowhere has failed, and is not led elsewhere", async () => {
  await using a = new Server("a");
  const nobody = { id: "nobody", url: `http://127.0.0.1:${freePort()}` };
  let endpoints: Endpoint[] = [nobody, a];
  await using balancer = new Balancer(() => endpoints);
  await using client = new BalancedClient(balancer.url);
  await client.open("0");
  endpoints = [];
  await client.open("1");
  assert.deepEqual(a.seen, []);
  assert.equal(balancer.barren.length, 2);
  assert.match(balancer.barren[0]!, /^nobody: ConnectionRefused/);
  assert.equal(balancer.barren[1], "no endpoint");
  assert.equal(client.failures.length, 2);
});

Deno.test("BalancedClient sends nothing twice when a kept connection breaks under a request", async () => {
  await using server = new Server("a");
  await using balancer = new Balancer(() => [server]);
  await using client = new BalancedClient(balancer.url);
  await client.open("kept");
  const stop = new AbortController();
  const talking = client.talk("kept", stop.signal);
  stop.abort();
  await talking;
  assert.deepEqual(server.seen, [
    "POST /api/v1/sessions",
    "POST /api/v1/sessions/kept/messages?wait=30s",
    // The list that comes after it, on a connection of its own.
    "GET /api/v1/sessions?limit=20",
  ]);
  assert.equal(client.failures.length, 1);
  assert.match(client.failures[0]!, /^message, POST .*: other side closed$/);
  assert.deepEqual(client.sent.map(({ acknowledged }) => acknowledged), [null]);
});

Deno.test("BalancedClient counts an answer that is an error as a failure", async () => {
  await using server = new Server("a", REFUSAL);
  await using balancer = new Balancer(() => [server]);
  await using client = new BalancedClient(balancer.url);
  await client.open("0");
  assert.deepEqual(client.failures, ["open, POST /api/v1/sessions: 503 busy"]);
});

Deno.test("Balancer notes a connection that ends without an answer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  await using balancer = new Balancer(() => [{ id: "mute", url }]);
  const { hostname, port } = new URL(balancer.url);
  using client = await Deno.connect({ hostname, port: Number(port) });
  (await listener.accept()).close();
  assert.equal(await client.read(new Uint8Array(1)), null);
  await client.closeWrite();
  while (balancer.barren.length === 0) await systemClock.sleep(5);
  assert.deepEqual(balancer.barren, ["mute: no answer"]);
});
