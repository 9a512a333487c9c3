/**
 * Where Qdrant is, as its client wants to be told.
 *
 * @module
 */

/** The port of Qdrant's REST interface. */
const PORT = "6333";

/** An address in parts. */
export interface Address {
  /** Protocol, host and port. */
  readonly url: string;
  /** Once more, because a URL does not keep the port that is its protocol's own. */
  readonly port: number;
  /** The path before the interface's own; empty if there is none. */
  readonly prefix: string;
}

/** Takes a URL apart. Without a port it is 6333, whatever the protocol: so do Qdrant's own clients. */
export function addressOf(text: string): Address {
  const { protocol, hostname, pathname } = new URL(text);
  // As it is written.
  const port = /^https?:\/\/[^/?#]*?:(\d+)(?:[/?#]|$)/i.exec(text)?.[1] ?? PORT;
  return {
    url: `${protocol}//${hostname}:${port}`,
    port: Number(port),
    prefix: pathname.replace(/\/+$/, ""),
  };
}
