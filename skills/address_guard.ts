/**
 * Which addresses the HTTP skills may connect to: the public Internet, and what the operator allows
 * besides. Everything else (this machine, its network, a cloud's metadata service) would lend the
 * node's own reach to whoever can talk to the model.
 *
 * @module
 */
import ipaddr from "ipaddr.js";

/** Says whether a connection may be made. */
export interface AddressGuard {
  /**
   * @param host the name or address in the URL, without brackets
   * @param address where that leads: what is really connected to
   */
  allows(host: string, address: string, port: number): boolean;
}

interface AllowedHost {
  readonly host: string | null;
  readonly range: ReturnType<typeof ipaddr.parseCIDR> | null;
  /** null: any. */
  readonly port: number | null;
}

/** In public ranges all the same: Azure's virtual platform address, which serves credentials. */
const PLATFORM_ADDRESSES: ReadonlySet<string> = new Set(["168.63.129.16"]);

/**
 * All of IPv6 that is given out for the Internet. Whatever lies outside has another meaning, is an
 * IPv4 address in a dress (`::7f00:1`, `64:ff9b::7f00:1`), or is somebody's own invention.
 */
const GLOBAL_UNICAST = ipaddr.parseCIDR("2000::/3");

/** `HOST`, `ADDRESS` or `ADDRESS/BITS`, with `:PORT` or without; IPv6 before a port in brackets. */
const ENTRY =
  /^(?:\[([0-9a-f:.]+)\]|([0-9a-f]*:[0-9a-f:.]*)|([^\s:/[\]]+))(\/\d{1,3})?(?::(\d{1,5}))?$/i;

/**
 * Makes a guard.
 *
 * @param allowedHosts hosts, addresses and ranges that are allowed though they are not public, such
 * as `wiki.internal`, `10.1.2.3:8080` or `10.0.0.0/8`
 * @throws {TypeError} on an entry that is none of these
 */
export function createAddressGuard(allowedHosts: readonly string[]): AddressGuard {
  const allowed = allowedHosts.map(parseEntry);
  return {
    allows: (host, address, port) =>
      isPublicAddress(address) || allowed.some((entry) => covers(entry, host, address, port)),
  };
}

/**
 * Whether an address belongs to the public Internet: in none of the ranges of IANA's special-purpose
 * registries for IPv4 and IPv6 (RFC 6890 and its updates), not even one that is marked as global there,
 * since no website is in those.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `process` turns a mapped IPv4 address (`::ffff:0:0/96`) into IPv4.
  const parsed = ipaddr.process(address);
  // The library names the special ranges; "unicast" is what it has no name for.
  if (parsed.range() !== "unicast" || PLATFORM_ADDRESSES.has(parsed.toString())) return false;
  return parsed.kind() === "ipv4" || parsed.match(GLOBAL_UNICAST);
}

function parseEntry(entry: string): AllowedHost {
  const wrong = () =>
    new TypeError(
      `Allowed host is ${
        JSON.stringify(entry)
      }, wanted HOST, ADDRESS or ADDRESS/BITS, with or without :PORT`,
    );
  const [, bracketed, ipv6, other, bits = "", portText] = ENTRY.exec(entry) ?? [];
  const name = bracketed ?? ipv6 ?? other;
  const port = portText === undefined ? null : Number(portText);
  if (name === undefined || (port !== null && (port < 1 || port > 65_535))) throw wrong();
  const isAddress = name.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(name);
  if (!isAddress && (bits !== "" || !/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(name))) {
    throw wrong();
  }
  if (!isAddress) return { host: name.toLowerCase(), range: null, port };
  const cidr = bits === "" ? `${name}/${name.includes(":") ? 128 : 32}` : name + bits;
  if (!ipaddr.isValidCIDR(cidr)) throw wrong();
  return { host: null, range: ipaddr.parseCIDR(cidr), port };
}

function covers(entry: AllowedHost, host: string, address: string, port: number): boolean {
  if (entry.port !== null && entry.port !== port) return false;
  if (entry.range === null) return entry.host === host.toLowerCase();
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const [network] = entry.range;
  return parsed.kind() === network.kind() && parsed.match(entry.range);
}
