/**
 * Test support: a balancer as a Service of Kubernetes is one: it leads each connection to the next
 * endpoint and then only carries bytes. It knows no requests, keeps nothing and tries nothing twice.
 *
 * @module
 */

/** Where a connection may be led. */
export interface Endpoint {
  readonly id: string;
  /** `http://HOST:PORT`. */
  readonly url: string;
}

/** A balancer on loopback. Dispose of it to close its port and all connections. */
export class Balancer implements AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** How many connections were led to each endpoint, by its id. */
  readonly led = new Map<string, number>();
  /**
   * Connections that ended without a byte of an answer, and why. A client may have connected again
   * without a word: not even that is to be.
   */
  readonly barren: string[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #endpoints: () => readonly Endpoint[];
  readonly #open = new Set<Deno.TcpConn>();
  readonly #carried = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #turn = 0;

  /** @param endpoints asked at each connection: those that it may be led to now */
  constructor(endpoints: () => readonly Endpoint[]) {
    this.#endpoints = endpoints;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#accepting = this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const carried = this.#carry(client).finally(() => this.#carried.delete(carried));
      this.#carried.add(carried);
    }
  }

  async #carry(client: Deno.TcpConn): Promise<void> {
    this.#open.add(client);
    const led = await this.#connect();
    if (led !== null) {
      const { id, node } = led;
      this.#open.add(node);
      const [, bytes] = await Promise.all([this.#pass(client, node), this.#pass(node, client)]);
      if (bytes === 0) this.barren.push(`${id}: no answer`);
      this.#close(node);
    }
    this.#close(client);
  }

  async #connect(): Promise<{ readonly id: string; readonly node: Deno.TcpConn } | null> {
    const endpoints = this.#endpoints();
    const endpoint = endpoints[this.#turn++ % endpoints.length];
    if (endpoint === undefined) {
      this.barren.push("no endpoint");
      return null;
    }
    const { id, url } = endpoint;
    const { hostname, port } = new URL(url);
    try {
      const node = await Deno.connect({ hostname, port: Number(port) });
      node.setNoDelay();
      this.led.set(id, (this.led.get(id) ?? 0) + 1);
      return { id, node };
    } catch (error) {
      this.barren.push(`${id}: ${error}`);
      return null;
    }
  }

  /** Passes one direction on: bytes, its end, and a break as an end of both. Returns how many bytes came. */
  async #pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<number> {
    let bytes = 0;
    const buffer = new Uint8Array(16_384);
    try {
      for (let length; (length = await from.read(buffer)) !== null;) {
        bytes += length;
        for (let at = 0; at < length;) at += await to.write(buffer.subarray(at, length));
      }
      await to.closeWrite();
    } catch {
      // Whichever of the two it was: the connection is over for both.
      this.#close(from);
      this.#close(to);
    }
    return bytes;
  }

  #close(connection: Deno.TcpConn): void {
    if (this.#open.delete(connection)) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#open) this.#close(connection);
    await Promise.all(this.#carried);
  }
}
