/**
 * Whether a connection to the database is encrypted, and whose certificate is believed: read from the
 * address once, for the driver and for the client programs, which do not agree on what it means.
 *
 * @module
 */
import { errorMessage, SynapseError } from "../../errors.ts";
import { driverTarget } from "./target.ts";

/** What an address says of encryption. */
export interface Tls {
  /**
   * As libpq has it: `disable`, `allow`, `prefer`, `require` (encrypted, with anybody), `verify-full` (with
   * the host that the address names). Null: nothing is said.
   */
  readonly mode: string | null;
  /** The file with the authorities to believe; `system`: the machine's; null: none is named. */
  readonly authority: string | null;
}

/** The driver's own option; an object verifies the certificate and the host's name. */
export type DriverTls =
  | false
  | "allow"
  | "prefer"
  | "require"
  | { readonly ca?: string };

/** An address without what it says of encryption, which the driver would take for settings of the server. */
export interface DriverAddress {
  readonly url: string;
  /** To be spread into the driver's options: without a member it goes by the address, and its defaults. */
  readonly options: { readonly ssl?: DriverTls } & ReturnType<typeof driverTarget>;
}

const PARAMETERS: ReadonlySet<string> = new Set(["ssl", "sslmode", "sslrootcert"]);

/** Other words for a mode. `verify-ca` is kept more strictly: the driver cannot leave out the host's name. */
const MODES: Readonly<Record<string, string>> = {
  true: "verify-full",
  "verify-ca": "verify-full",
  false: "disable",
};

/**
 * Reads what an address says of encryption. Whoever names an authority wants to be sure: then
 * `require`, or no mode, is `verify-full`.
 *
 * @param url `postgres://…/database?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem`
 */
export function tlsOf(url: string): Tls {
  const parameters = new URLSearchParams(splitQuery(url)[1]);
  const said = parameters.get("sslmode") ?? parameters.get("ssl");
  const authority = parameters.get("sslrootcert");
  const mode = said === null ? null : MODES[said] ?? said;
  const sure = authority !== null && (mode === null || mode === "require");
  return { mode: sure ? "verify-full" : mode, authority };
}

/**
 * An address as the driver is told it.
 *
 * @param read gives the text of the authorities' file
 * @throws {SynapseError} `config_invalid` if that file cannot be read
 */
export function driverAddress(
  url: string,
  read: (path: string) => string = Deno.readTextFileSync,
): DriverAddress {
  const [address, query] = splitQuery(url);
  const rest = new URLSearchParams(
    [...new URLSearchParams(query)].filter(([name]) => !PARAMETERS.has(name)),
  );
  const { mode, authority } = tlsOf(url);
  return {
    url: rest.size === 0 ? address : `${address}?${rest}`,
    options: {
      ...(mode === null ? {} : { ssl: optionOf(mode, authority, read) }),
      ...driverTarget(url),
    },
  };
}

/** A mode that nobody knows is taken for the strictest. */
function optionOf(
  mode: string,
  authority: string | null,
  read: (path: string) => string,
): DriverTls {
  if (mode === "disable") return false;
  if (mode === "allow" || mode === "prefer" || mode === "require") return mode;
  if (authority === null || authority === "system") return {};
  try {
    return { ca: read(authority) };
  } catch (cause) {
    const message = `DATABASE_URL names ${authority} as sslrootcert, which cannot be read: ` +
      errorMessage(cause);
    throw new SynapseError("config_invalid", message, { cause });
  }
}

function splitQuery(url: string): readonly [address: string, query: string] {
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}
