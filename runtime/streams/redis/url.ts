/**
 * Where Redis is, from one URL:
 *
 *     redis://[user:password@]host[:port][/db]                  one server
 *     redis+sentinel://[user:password@]host[:port],…/master[/db]  the master that Sentinels name
 *     redis+cluster://[user:password@]host[:port],…             Redis Cluster
 *
 * With `rediss` in the place of `redis` the connections are encrypted.
 *
 * @module
 */
import { SynapseError } from "../../errors.ts";

/** One address. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** What every kind of target has. */
interface Access {
  readonly username: string | null;
  readonly password: string | null;
  readonly tls: boolean;
  /** For people and logs: the URL without user and password. */
  readonly label: string;
}

/** Where Redis is, and how to get in. */
export type RedisTarget =
  & Access
  & (
    | { readonly kind: "single"; readonly at: RedisHost; readonly db: number }
    | {
      readonly kind: "sentinel";
      readonly sentinels: readonly RedisHost[];
      readonly master: string;
      readonly db: number;
    }
    | { readonly kind: "cluster"; readonly nodes: readonly RedisHost[] }
  );

const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;

const URL_PARTS =
  /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)((?:\/[^/?#]*)*)$/;

const HOST = /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/;

/**
 * Reads a URL.
 *
 * @throws {SynapseError} `config_invalid`; the message never holds the URL, which may hold a password
 */
export function parseRedisUrl(url: string): RedisTarget {
  const match = URL_PARTS.exec(url);
  if (!match) {
    return refuse(
      "Is none of redis://host:port/db, redis+sentinel://host:port,…/master/db and redis+cluster://host:port,… (or rediss…), with user:password@ before the hosts",
    );
  }
  const [, scheme = "", form, user, hostList = "", path = ""] = match;
  const kind = form === "sentinel" || form === "cluster" ? form : "single";
  const hosts = hostList.split(",").map((text) => parseHost(text, PORTS[kind]));
  const access = {
    ...parseUser(user),
    tls: scheme === "rediss",
    label: `${scheme}${form === undefined ? "" : `+${form}`}://${hostList}${path}`,
  };
  const parts = path.split("/").slice(1).filter((part, i, all) =>
    part !== "" || i < all.length - 1
  );
  if (kind === "cluster") {
    if (parts.length > 0) refuse("Has a path, which redis+cluster:// does not take");
    return { ...access, kind, nodes: hosts };
  }
  if (kind === "sentinel") {
    const [master = "", db, ...more] = parts;
    if (master === "" || more.length > 0) {
      refuse("Has no master's name, wanted redis+sentinel://host:port,…/master");
    }
    return { ...access, kind, sentinels: hosts, master: decode(master), db: parseDb(db) };
  }
  const [at, ...more] = hosts;
  if (at === undefined || more.length > 0) {
    return refuse("Has several hosts, which only redis+sentinel:// and redis+cluster:// take");
  }
  if (parts.length > 1) refuse("Has a path of several parts, wanted a database's number");
  return { ...access, kind, at, db: parseDb(parts[0]) };
}

function parseHost(text: string, fallback: number): RedisHost {
  const [, host, port] = HOST.exec(text) ?? [];
  const number = port === undefined ? fallback : Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    return refuse("Has a host that is not host or host:port");
  }
  return { host: host.replace(/^\[|\]$/g, ""), port: number };
}

function parseUser(user: string | undefined): Pick<Access, "username" | "password"> {
  if (user === undefined) return { username: null, password: null };
  const colon = user.indexOf(":");
  const [name, password] = colon < 0 ? [user, ""] : [user.slice(0, colon), user.slice(colon + 1)];
  return { username: decode(name) || null, password: decode(password) || null };
}

function parseDb(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,5}$/.test(text)) return refuse("Has a database that is not a number, as in /0");
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("Has a % that does not encode a character");
  }
}

function refuse(what: string): never {
  throw new SynapseError("config_invalid", `REDIS_URL: ${what}`);
}
