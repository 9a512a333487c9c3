/**
 * Which of several servers a connection is wanted with: read from the address once, for the driver and
 * for the client programs, which do not agree on what it means.
 *
 * @module
 */

/** What to say when there is none among several hosts; the driver goes on looking without a word. */
export const NO_PRIMARY = "none of its hosts answers as the primary";

/**
 * What an address wants of a server, as libpq has it (`target_session_attrs`). Of several hosts it is the
 * one that takes writes, unless something else is said: the journal is nothing without them, and a backup
 * of a standby lacks what that has not been told yet. Null: whichever answers.
 *
 * @param url `postgres://…@db1:5432,db2:5432/database?target_session_attrs=read-write`
 */
export function targetOf(url: string): string | null {
  const query = url.includes("?") ? url.slice(url.indexOf("?")) : "";
  const said = new URLSearchParams(query).get("target_session_attrs");
  return said ?? (hasSeveralHosts(url) ? "read-write" : null);
}

/**
 * The driver's option. It takes a standby for `read-write`, because it looks only at
 * `default_transaction_read_only`, which is off there; `primary` it judges by whether the server is one. Of
 * a single host nothing is asked: that one is read-only shows better when it is used.
 */
export function driverTarget(url: string): { readonly target_session_attrs?: "primary" } {
  const wanted = targetOf(url);
  const writes = wanted === "read-write" || wanted === "primary";
  return writes && hasSeveralHosts(url) ? { target_session_attrs: "primary" } : {};
}

/** An address for each host of an address. */
export function eachHost(url: string): readonly string[] {
  const [, before = "", hosts = "", after = ""] =
    /^([^:]*:\/\/(?:[^@/?]*@)?)([^@/?]*)(.*)$/s.exec(url) ?? [];
  return hosts.split(",").map((host) => before + host + after);
}

function hasSeveralHosts(url: string): boolean {
  return eachHost(url).length > 1;
}
