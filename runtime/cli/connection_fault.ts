/**
 * What is wrong when a node cannot be reached, or when something else answers in its place.
 *
 * @module
 */
import { errorMessage } from "../errors.ts";
import { CliError } from "./cli_error.ts";
import { EXIT } from "./exit_code.ts";

/** What something else than a node over plain HTTP, or over TLS, makes the client say. */
const WRONG_SERVERS: readonly (readonly [RegExp, string, string])[] = [
  [
    /invalid HTTP version/,
    "speaks no HTTP",
    "If it speaks TLS, write https://; a node's API listens at SYNAPSE_PORT, 8000 unless set",
  ],
  [
    /corrupt message|handshake eof/,
    "speaks no TLS",
    "Write http://, or look for the TLS proxy's port",
  ],
  [
    /invalid peer certificate/,
    "has a certificate that this machine does not trust",
    "Name its authority's file in DENO_CERT, or set DENO_TLS_CA_STORE=system if the machine knows it",
  ],
];

/** The error for a connection that could not be made or did not last. */
export function connectionFault(base: string, cause: unknown): CliError {
  const reason = rootMessage(cause);
  const exit = EXIT.unreachable;
  for (const [pattern, fault, hint] of WRONG_SERVERS) {
    if (!pattern.test(reason)) continue;
    return new CliError(`What listens at ${base} ${fault}`, {
      exit,
      code: "not_a_node",
      hint,
      cause,
    });
  }
  if (!/\(Connect\)|are blocked/.test(reason)) {
    const short = reason.replace(/^.*client error \(\w+\): /, "");
    return new CliError(`The connection to ${base} was lost: ${short}`, {
      exit,
      code: "connection_lost",
      hint: "If no node was stopped just now, something else listens there",
      cause,
    });
  }
  return new CliError(`No node answers at ${base}`, {
    exit,
    code: "unreachable",
    hint: "Start one with `synapse serve`, or say where it is with --url or SYNAPSE_URL",
    cause,
  });
}

/**
 * The address of a node, checked.
 *
 * @returns it without slashes at its end
 * @throws {CliError} `url_invalid`
 */
export function checkedAddress(url: string): string {
  const base = url.replace(/\/+$/, "");
  const [api] = /\/(api(\/v1)?|v1)$/.exec(base) ?? [];
  const wanted = !URL.canParse(url) || !/^https?:/.test(url)
    ? "an http:// or https:// URL"
    : api !== undefined
    ? `it without the path of the API: ${base.slice(0, -api.length)}`
    : null;
  if (wanted === null) return base;
  throw new CliError(`The node's address is ${JSON.stringify(url)}, wanted ${wanted}`, {
    exit: EXIT.usage,
    code: "url_invalid",
  });
}

/** The message of the innermost cause: fetch itself says no more than "fetch failed". */
function rootMessage(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return errorMessage(inner);
}
