/**
 * Command lines of a Postgres that tests may break.
 *
 * @module
 */

/** Who the tests are, with all rights. */
export const POSTGRES_USER = "synapse";

/** The database that is there from the start. */
export const POSTGRES_DATABASE = "postgres";

/** Settings of `postgresql.conf`. */
export type PostgresSettings = Readonly<Record<string, string>>;

/** For a server whose data need not outlive the machine. What its clients see is not changed. */
const TEST_SETTINGS: PostgresSettings = {
  listen_addresses: "127.0.0.1",
  max_connections: "200",
  // The data outlives a killed server still, since the operating system has it; not a power cut.
  fsync: "off",
  full_page_writes: "off",
};

/** Arguments of `initdb`. */
export function initdbArguments(dataFolder: string): string[] {
  return [
    `--pgdata=${dataFolder}`,
    `--username=${POSTGRES_USER}`,
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ];
}

/** Where a server keeps its things, and where it listens. */
export interface PostgresPlace {
  readonly dataFolder: string;
  readonly socketFolder: string;
  readonly port: number;
}

/** Arguments of `postgres`; the given settings win. */
export function postgresArguments(place: PostgresPlace, settings: PostgresSettings = {}): string[] {
  const all = { ...TEST_SETTINGS, unix_socket_directories: place.socketFolder, ...settings };
  return [
    "-D",
    place.dataFolder,
    "-p",
    String(place.port),
    ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
}

/** Where clients find the server. */
export function postgresUrl(port: number): string {
  return `postgres://${POSTGRES_USER}@127.0.0.1:${port}/${POSTGRES_DATABASE}`;
}
