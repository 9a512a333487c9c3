/**
 * The client programs of Postgres: how they are told where the database is, and how they are run.
 *
 * @module
 */
import type { Bytes } from "../../backup/encryption.ts";
import { SynapseError } from "../../errors.ts";
import { targetOf } from "../../journal/postgres/target.ts";
import { tlsOf } from "../../journal/postgres/tls.ts";
import { redactText } from "../../redaction.ts";

/** Variables of the environment. */
export type Variables = Readonly<Record<string, string | undefined>>;

const URL_PARTS =
  /^postgres(?:ql)?:\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/** Parameters of an address that the programs know by another name; the rest are settings of the driver's sessions. */
const PARAMETERS: Readonly<Record<string, string>> = {
  host: "PGHOST",
  port: "PGPORT",
};

/**
 * The variables that lead libpq to where an address leads the driver. Not the arguments: other users
 * see those, and the address has a password.
 *
 * @param url `postgres://user:password@host:port,host:port/database?sslmode=verify-full`
 * @param env what the process has: libpq knows nothing of `DENO_CERT`, whose authorities the driver
 *   believes, and has none of its own
 */
export function libpqVariables(url: string, env: Variables = {}): Record<string, string> {
  const [, user = "", password = "", hosts = "", database = "", query = ""] = URL_PARTS.exec(url) ??
    [];
  const places = hosts.split(",").map((place) => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(place));
  const found: Record<string, string> = {
    PGUSER: decodeURIComponent(user),
    PGPASSWORD: decodeURIComponent(password),
    PGHOST: places.map((place) => decodeURIComponent(place?.[1] ?? "").replace(/[[\]]/g, ""))
      .join(","),
    PGPORT: hosts === "" ? "" : places.map((place) => place?.[2] || "5432").join(","),
    PGDATABASE: decodeURIComponent(database),
    PGTARGETSESSIONATTRS: targetOf(url) ?? "",
    ...tlsVariables(url, env),
  };
  for (const [name, value] of new URLSearchParams(query)) {
    const variable = PARAMETERS[name];
    if (variable !== undefined) found[variable] = value;
  }
  // What the address does not say, the variables of the process may.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== ""));
}

function tlsVariables(url: string, { PGSSLROOTCERT, DENO_CERT }: Variables) {
  const { mode, authority } = tlsOf(url);
  // With a mode that verifies nothing, a file of authorities would have libpq verify all the same.
  const believed = mode === "verify-full" ? authority ?? PGSSLROOTCERT ?? DENO_CERT : undefined;
  return { PGSSLMODE: mode ?? "", PGSSLROOTCERT: believed ?? "" };
}

/** A run of a client program. */
export interface ClientRun {
  readonly args: readonly string[];
  /** The database's address. */
  readonly url: string;
  /** What it sees besides, PATH included. */
  readonly env: Variables;
  /** What it reads on standard input; nothing unless given. */
  readonly input?: Bytes;
  /** Takes what it writes to standard output, which is thrown away unless given. */
  readonly output?: (bytes: Bytes) => Promise<void>;
}

/**
 * Runs a client program to its end.
 *
 * @throws {SynapseError} `backup_failed` if it is not installed, or with what it said on standard error;
 *   and whatever `input` or `output` ends in
 */
export async function runClientProgram(
  name: "pg_dump" | "pg_restore",
  run: ClientRun,
): Promise<void> {
  const child = await start(name, run);
  const stderr = new Response(child.stderr).text();
  const flows = [
    run.input?.pipeTo(child.stdin) ?? child.stdin.close(),
    run.output?.(child.stdout) ?? child.stdout.pipeTo(new WritableStream()),
  ];
  const ends = await Promise.allSettled(flows);
  const { success, code } = await child.status;
  const said = redactText(await stderr).trim().split("\n").slice(0, 5).join("; ");
  for (const end of ends) {
    // A program that gives up reads no more, and says why.
    if (end.status === "rejected" && !(end.reason instanceof Deno.errors.BrokenPipe)) {
      throw end.reason;
    }
  }
  if (success) return;
  const message = `${name} ended with ${code}: ${said || "no reason given"}`;
  throw new SynapseError("backup_failed", message, { data: { program: name } });
}

async function start(
  name: string,
  { args, url, env, input }: ClientRun,
): Promise<Deno.ChildProcess> {
  const variables = { ...env, ...libpqVariables(url, env), PGAPPNAME: "synapse", LC_ALL: "C" };
  const given = Object.entries(variables).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  try {
    return new Deno.Command(name, {
      args: [...args],
      env: Object.fromEntries(given),
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    await input?.cancel();
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    const message = `${name} is not installed: install the client programs of Postgres, of the ` +
      "server's major version (Debian: postgresql-client)";
    throw new SynapseError("backup_failed", message, { data: { program: name }, cause });
  }
}
