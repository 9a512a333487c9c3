/**
 * Which servers the tests need, and what to do where one is missing.
 *
 * @module
 */

/** A server, and the programs that it is made of. */
export interface Requirement {
  readonly service: string;
  /** They lie in one folder; the last one is the server and knows its version. */
  readonly programs: readonly [string, ...string[]];
  /** The oldest major version that will do. */
  readonly majorMin: number;
  /** Folders besides those of `PATH`, with `*` for a version. */
  readonly pattern: string | null;
  /** Its package in Debian and Ubuntu. */
  readonly debianPackage: string;
  /** The variable that names a server which runs already. */
  readonly variable: string;
}

/** The journal of many nodes. */
export const POSTGRES: Requirement = {
  service: "Postgres",
  programs: ["initdb", "postgres"],
  majorMin: 15,
  pattern: "/usr/lib/postgresql/*/bin",
  debianPackage: "postgresql",
  variable: "TEST_DATABASE_URL",
};

/** The streams of many nodes. */
export const REDIS: Requirement = {
  service: "Redis",
  programs: ["redis-server"],
  majorMin: 7,
  pattern: null,
  debianPackage: "redis-server",
  variable: "TEST_REDIS_URL",
};

/** What a search for a server's programs came to. */
export interface Search {
  readonly requirement: Requirement;
  /** The folder that holds them; null when there is none with a version that will do. */
  readonly folder: string | null;
  /** What was passed over for its age, as `folder (version)`. */
  readonly tooOld: readonly string[];
}

/** One line: what was wanted, what was found instead, and the two ways out. */
export function describeMissing({ requirement, tooOld }: Search): string {
  const { service, programs, majorMin, pattern, debianPackage, variable } = requirement;
  const places = pattern === null ? "on PATH" : `on PATH or in ${pattern}`;
  const found = tooOld.length === 0
    ? `no ${programs.join(" with ")} ${places}`
    : `only ${tooOld.join(", ")}`;
  return `Cannot start ${service}: found ${found}, wanted version ${majorMin} or newer. ` +
    `Install it (Debian, Ubuntu: apt-get install ${debianPackage}), ` +
    `or set ${variable} to a server whose data may be lost`;
}
