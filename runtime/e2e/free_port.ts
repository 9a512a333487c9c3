/**
 * Test support: a port that nobody listens on.
 *
 * @module
 */

/** A free port of the loopback interface; somebody else may take it before it is used. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
