/**
 * The addresses of the services that a node may keep its data in: what is accepted, and how a
 * password gets into one. Nothing here says what a wrong one holds, for it may hold a password.
 *
 * @module
 */
import { MASK } from "../redaction.ts";

/** Where the journal is: a file as written, or a database. */
export type DatabaseAddress =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

const PORT = String
  .raw`(?::0*(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?`;
const HOST = String.raw`[A-Za-z0-9._%-]+${PORT}`;
const HOSTS = `${HOST}(?:,${HOST})*`;
const REDIS_HOST = String.raw`(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])${PORT}`;
const REDIS_HOSTS = `${REDIS_HOST}(?:,${REDIS_HOST})*`;
const USER = String.raw`(?:[^\s@/?#]*@)?`;
const QUERY = String.raw`(?:\?[^\s#]*)?`;

/** Groups: the scheme, the user, the password, all after them. */
const POSTGRES = new RegExp(
  String
    .raw`^(postgres(?:ql)?://)(?:([^\s@/?#:]*)(?::([^\s@/?#]*))?@)?(${HOSTS}(?:/[^\s/?#]*)?${QUERY})$`,
);

const REDIS: readonly RegExp[] = [
  new RegExp(String.raw`^rediss?://${USER}${REDIS_HOST}(?:/\d{0,5})?$`),
  new RegExp(String.raw`^rediss?\+sentinel://${USER}${REDIS_HOSTS}/[^\s/?#]+(?:/\d{1,5})?$`),
  new RegExp(String.raw`^rediss?\+cluster://${USER}${REDIS_HOSTS}/?$`),
];

/** `sqlite:` and a path, relative or absolute; `sqlite:///` stands before an absolute one too. */
const SQLITE = /^sqlite:(?:\/\/(?=\/))?(?!\/\/)([^:\s](?:.*\S)?)$/;

/** Reads DATABASE_URL, or returns undefined when it is not accepted. */
export function readDatabaseUrl(text: string): DatabaseAddress | undefined {
  const path = SQLITE.exec(text)?.[1];
  if (path !== undefined) return { kind: "sqlite", path };
  return POSTGRES.test(text) && isEncoded(text) ? { kind: "postgres", url: text } : undefined;
}

/** Reads REDIS_URL, or returns undefined when it is not accepted. */
export function readRedisUrl(text: string): string | undefined {
  return REDIS.some((pattern) => pattern.test(text)) && isEncoded(text) ? text : undefined;
}

/** The address of a database with that password, unless it has one itself. */
export function withPassword(url: string, password: string): string {
  const [, scheme, user = "", own, rest] = POSTGRES.exec(url) ?? [];
  if (scheme === undefined || own) return url;
  return `${scheme}${user}:${encodeURIComponent(password)}@${rest}`;
}

/** What may be shown of an address that is wrong: nobody knows where in it the password is. */
export function shownAddress(text: string): string {
  const scheme = /^[a-z][a-z0-9+]*:(\/\/)?/i.exec(text)?.[0] ?? "";
  return `${JSON.stringify(scheme + MASK)} (${text.length} characters)`;
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== "";
  } catch {
    return false;
  }
}
