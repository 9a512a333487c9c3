/**
 * Test support: a network between a journal and its database, that breaks when the test says so.
 *
 * @module
 */

import { systemClock } from "../../clock.ts";

/** What happens to a connection and what goes over it. */
export type Weather =
  /** All goes through. */
  | "fair"
  /** What the server says is held back. */
  | "no_answers"
  /** What the server says comes when the weather is another. */
  | "late_answers"
  /** What the client says is held back. */
  | "no_requests"
  /** New connections are taken and dropped at once. */
  | "dropping";

/** Forwards connections to a server. */
export class TestProxy implements AsyncDisposable {
  weather: Weather = "fair";
  /** Bytes that came from clients while they were held back, or while the answers were. */
  heard = 0;
  /** Bytes that came from the server and were held back. */
  held_back = 0;
  /** How many connections were taken. */
  taken = 0;
  readonly #listener: Deno.TcpListener;
  readonly #server: URL;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #pumps = new Set<Promise<void>>();
  readonly #taking: Promise<void>;

  /** @param url of the server */
  constructor(url: string, port = 0) {
    this.#server = new URL(url);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#taking = this.#take();
  }

  /** Where clients connect to instead. */
  get url(): string {
    const url = new URL(this.#server);
    const { port } = this.#listener.addr as Deno.NetAddr;
    url.host = `127.0.0.1:${port}`;
    return url.href;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    // Else answers that are late are waited for.
    this.weather = "fair";
    this.cut();
    await this.#taking;
    await Promise.all(this.#pumps);
  }

  async #take(): Promise<void> {
    for await (const client of this.#listener) {
      this.taken++;
      if (this.weather === "dropping") {
        close(client);
        continue;
      }
      const { hostname, port } = this.#server;
      const server = await Deno.connect({ hostname, port: Number(port || 5432) });
      this.#open.add(client).add(server);
      this.#start(this.#pump(client, server, "no_requests"));
      this.#start(this.#pump(server, client, "no_answers"));
    }
  }

  #start(pump: Promise<void>): void {
    this.#pumps.add(pump);
    pump.finally(() => this.#pumps.delete(pump));
  }

  /** Carries bytes one way until either end closes. */
  async #pump(from: Deno.TcpConn, to: Deno.TcpConn, stops: Weather): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const count = await from.read(buffer).catch(() => null);
      if (count === null) break;
      if (stops === "no_requests" && this.weather !== "fair") this.heard += count;
      if (this.weather === stops) {
        if (stops === "no_answers") this.held_back += count;
        continue;
      }
      if (stops === "no_answers") await this.#answersMayPass();
      await writeAll(to, buffer.subarray(0, count)).catch(() => {});
    }
    close(from);
    close(to);
  }

  async #answersMayPass(): Promise<void> {
    while (this.weather === "late_answers") await systemClock.sleep(10);
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // Closed already.
  }
}
