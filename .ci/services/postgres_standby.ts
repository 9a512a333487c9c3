/**
 * A Postgres that follows another one, for tests that lose the primary.
 *
 * @module
 */
import { deathSignalPrefix } from "./death_signal.ts";
import { freePort } from "./free_port.ts";
import { postgresReady } from "./postgres.ts";
import {
  POSTGRES_USER,
  postgresArguments,
  type PostgresSettings,
  postgresUrl,
} from "./postgres_arguments.ts";
import { describeMissing, POSTGRES } from "./requirements.ts";
import { search, thisMachine } from "./search.ts";
import { Server } from "./server.ts";
import { makeServerFolder, type ServerFolder } from "./server_folder.ts";
import { ServiceError } from "./service_error.ts";

/**
 * Starts a hot standby of a running Postgres: it takes reads, and writes once `pg_promote()` was called in
 * it. `await using` stops it and removes its data.
 *
 * @param settings of its `postgresql.conf`, besides those for tests
 * @throws ServiceError when it cannot be copied or does not start
 */
export async function startStandby(
  primary: Server,
  { settings }: { readonly settings?: PostgresSettings } = {},
): Promise<Server> {
  const programs = await postgresPrograms();
  const place = await makeServerFolder("standby");
  const dataFolder = `${place.folder}/data`;
  const port = freePort();
  const server = new Server({
    ...place,
    service: "standby",
    port,
    url: postgresUrl(port),
    command: [
      ...await deathSignalPrefix("SIGQUIT"),
      `${programs}/postgres`,
      ...postgresArguments({ dataFolder, socketFolder: place.folder, port }, settings),
    ],
    stopSignal: "SIGINT",
    isReady: () => postgresReady(port),
  });
  await using undo = new AsyncDisposableStack();
  undo.use(server);
  await copyPostgres(primary, place, [`--pgdata=${dataFolder}`, "--write-recovery-conf"]);
  await server.start();
  undo.move();
  return server;
}

/**
 * Takes a base backup of a running server.
 *
 * @param place who takes it, and where that may write
 * @param args of `pg_basebackup`, besides those that say from where
 */
export async function copyPostgres(
  { port }: Server,
  { folder, account }: ServerFolder,
  args: readonly string[],
): Promise<void> {
  const { success, stderr } = await new Deno.Command(`${await postgresPrograms()}/pg_basebackup`, {
    args: [
      "--host=127.0.0.1",
      `--port=${port}`,
      `--username=${POSTGRES_USER}`,
      "--checkpoint=fast",
      "--no-sync",
      ...args,
    ],
    cwd: folder,
    ...account,
  }).output();
  if (!success) throw new ServiceError(`pg_basebackup: ${new TextDecoder().decode(stderr)}`);
}

/** The folder of a server's programs that has the one which copies it, too: some packages are without. */
export async function postgresPrograms(): Promise<string> {
  const programs = ["pg_basebackup", ...POSTGRES.programs] as const;
  const found = await search({ ...POSTGRES, programs }, thisMachine());
  if (found.folder === null) throw new ServiceError(describeMissing(found));
  return found.folder;
}
