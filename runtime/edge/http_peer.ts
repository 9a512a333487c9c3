/**
 * Test support: a client that speaks HTTP byte by byte.
 *
 * @module
 */
import type { HttpListener } from "./http_listener.ts";

/** One connection. */
export class Peer implements Disposable {
  readonly #connection: Deno.TcpConn;
  #text = "";
  #gone = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects. */
  static async connect({ url }: HttpListener): Promise<Peer> {
    const { hostname, port } = new URL(url);
    return new Peer(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Sends a request: its head, in which line feeds end the lines, and its body as it stands. */
  async send(head: string, body = ""): Promise<void> {
    await this.write(`${head.trim().replaceAll("\n", "\r\n")}\r\n\r\n${body}`);
  }

  /** Sends bytes as they stand. */
  async write(text: string): Promise<void> {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(await this.#connection.write(bytes));
  }

  /** What came, until it matches. Null: the connection ended first. */
  async until(pattern: RegExp): Promise<string | null> {
    while (!pattern.test(this.#text)) {
      const piece = await this.#read();
      if (piece === null) return null;
      this.#text += piece;
    }
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** All that comes until the connection ends. */
  async rest(): Promise<string> {
    for (let piece; (piece = await this.#read()) !== null;) this.#text += piece;
    return this.#text;
  }

  async #read(): Promise<string | null> {
    const buffer = new Uint8Array(65_536);
    const length = await this.#connection.read(buffer);
    return length === null ? null : new TextDecoder().decode(buffer.subarray(0, length));
  }

  /** Closes its connection; once or more often. */
  go(): void {
    if (!this.#gone) this.#connection.close();
    this.#gone = true;
  }

  [Symbol.dispose](): void {
    this.go();
  }
}

/** Sends one request on a connection of its own, and returns all that comes back. */
export async function exchange(
  listener: HttpListener,
  head: string,
  body?: string,
): Promise<string> {
  using peer = await Peer.connect(listener);
  await peer.send(head, body);
  return await peer.rest();
}
