/**
 * One HTTP request that cannot reach what the address guard forbids.
 *
 * A name is resolved once, by the connection itself, and the guard sees the very address that is
 * connected to: a name that resolves to a public address when checked and to a private one when used
 * gains nothing. Hence `node:http`, whose connections take a `lookup`; `fetch` has no such place.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { lookup as dnsLookup } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { AddressGuard } from "./address_guard.ts";

/** Addresses of a name. */
export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

/** The machine's resolver. */
export const systemResolve: Resolve = (host) => dnsLookup(host, { all: true });

/** One request. */
export interface GuardedRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** How requests are made. */
export interface GuardedRequestOptions {
  readonly guard: AddressGuard;
  readonly resolve: Resolve;
  /** Bytes of a response's body that are kept; the rest is not read. */
  readonly bodyBytesMax: number;
}

/** What came back. */
export interface GuardedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whether the body was longer. */
  readonly truncated: boolean;
}

/**
 * Makes one request. Redirects are not followed.
 *
 * @throws {Deno.errors.NotCapable} if the host leads to a forbidden address
 */
export function sendGuarded(
  request: GuardedRequest,
  options: GuardedRequestOptions,
): Promise<GuardedResponse> {
  const { url, signal } = request;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  // An address is connected to without a lookup.
  if (isIP(host) !== 0 && !options.guard.allows(host, host, port)) {
    return Promise.reject(forbidden(host, [host]));
  }
  const { promise, resolve, reject } = Promise.withResolvers<GuardedResponse>();
  const outgoing = (url.protocol === "https:" ? https : http).request({
    hostname: host,
    port,
    path: url.pathname + url.search,
    method: request.method,
    headers: { ...request.headers, host: url.host },
    // A kept connection would be used again without a lookup.
    agent: false,
    lookup: guardedLookup(port, options),
  });
  const abort = () => outgoing.destroy(asError(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  outgoing.on("response", (incoming) => {
    readBody(incoming, options.bodyBytesMax).then(resolve, reject);
  });
  outgoing.on("error", reject);
  if (signal.aborted) abort();
  else outgoing.end(request.body);
  return promise.finally(() => {
    signal.removeEventListener("abort", abort);
    outgoing.destroy();
  });
}

function guardedLookup(port: number, { guard, resolve }: GuardedRequestOptions): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then((found) => {
      const allowed = found.filter(({ address }) => guard.allows(host, address, port));
      const [first] = allowed;
      if (first === undefined) throw forbidden(host, found.map(({ address }) => address));
      if (options.all) callback(null, [...allowed]);
      else callback(null, first.address, first.family);
    }).catch((error) => callback(asError(error), "", 0));
  };
}

function forbidden(host: string, addresses: readonly string[]): Error {
  return new Deno.errors.NotCapable(
    `Host ${host} leads to ${
      addresses.join(", ") || "no address"
    }, wanted a public address or one that the configuration allows`,
  );
}

function readBody(incoming: http.IncomingMessage, bytesMax: number): Promise<GuardedResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<GuardedResponse>();
  const body = new Uint8Array(bytesMax);
  let length = 0;
  const finish = (truncated: boolean) =>
    resolve({
      status: incoming.statusCode ?? 0,
      headers: plainHeaders(incoming.headers),
      body: body.slice(0, length),
      truncated,
    });
  incoming.on("data", (chunk: Buffer) => {
    const room = bytesMax - length;
    body.set(chunk.subarray(0, room), length);
    length += Math.min(room, chunk.length);
    if (chunk.length > room) finish(true);
  });
  incoming.on("end", () => finish(false));
  incoming.on("error", reject);
  incoming.on("close", () => reject(new TypeError("Response broke off before its end")));
  return promise;
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
  );
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new TypeError(String(reason));
}
