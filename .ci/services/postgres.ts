/**
 * A Postgres of a test's own.
 *
 * @module
 */
import { deathSignalPrefix } from "./death_signal.ts";
import { freePort } from "./free_port.ts";
import {
  initdbArguments,
  POSTGRES_DATABASE,
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
import { tcpExchange } from "./tcp_exchange.ts";

/** How a Postgres is started. */
export interface PostgresOptions {
  /** Of `postgresql.conf`, besides those for tests. */
  readonly settings?: PostgresSettings;
}

/**
 * Starts an empty Postgres on loopback, with a superuser who needs no password. `await using` stops
 * it and removes its data.
 *
 * Needs permission to run programs, to write to the temporary folder and to use the network.
 *
 * @throws ServiceError when it is not installed or does not start
 */
export async function startPostgres({ settings }: PostgresOptions = {}): Promise<Server> {
  const found = await search(POSTGRES, thisMachine());
  if (found.folder === null) throw new ServiceError(describeMissing(found));
  const place = await makeServerFolder(POSTGRES.service);
  const dataFolder = `${place.folder}/data`;
  const port = freePort();
  const server = new Server({
    ...place,
    service: POSTGRES.service,
    port,
    url: postgresUrl(port),
    command: [
      ...await deathSignalPrefix("SIGQUIT"),
      `${found.folder}/postgres`,
      ...postgresArguments({ dataFolder, socketFolder: place.folder, port }, settings),
    ],
    stopSignal: "SIGINT",
    isReady: () => postgresReady(port),
  });
  await using undo = new AsyncDisposableStack();
  undo.use(server);
  await makeData(`${found.folder}/initdb`, dataFolder, place);
  await server.start();
  undo.move();
  return server;
}

async function makeData(initdb: string, dataFolder: string, place: ServerFolder): Promise<void> {
  const { code, stderr } = await new Deno.Command(initdb, {
    args: initdbArguments(dataFolder),
    cwd: place.folder,
    ...place.account,
  }).output();
  if (code === 0) return;
  const said = new TextDecoder().decode(stderr).trimEnd();
  throw new ServiceError(`Cannot start Postgres: initdb ended with ${code}\n${said}`);
}

/** Whether a Postgres lets a client in. */
export async function postgresReady(port: number): Promise<boolean> {
  const answer = await tcpExchange(port, startupMessage());
  return answer?.[0] === "R".charCodeAt(0); // Authentication: with trust, it is done.
}

/** The first message of a client: length, protocol 3.0, and who wants what. */
function startupMessage(): Uint8Array {
  const text = `user\0${POSTGRES_USER}\0database\0${POSTGRES_DATABASE}\0\0`;
  const message = new Uint8Array(8 + text.length);
  const view = new DataView(message.buffer);
  view.setInt32(0, message.length);
  view.setInt32(4, 3 << 16);
  message.set(new TextEncoder().encode(text), 8);
  return message;
}
