/**
 * Where the node of this machine is reached.
 *
 * @module
 */

/** An address of this machine, for those that a node listens at but nobody can ask. */
const REACHABLE: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/**
 * The URL of a node that listens there.
 *
 * @param host a name or an address, IPv6 with or without brackets; of all addresses of the machine, that
 *   of loopback is taken
 * @param port its TCP port
 */
export function nodeUrl(host: string, port: number | string): string {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const reachable = REACHABLE[bare] ?? bare;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
