/**
 * A Postgres that archives its log, and another one made of a base backup and that archive: as
 * docs/operations.md tells an operator to.
 *
 * @module
 */
import { serverAccount } from "../../../.ci/services/account.ts";
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { postgresReady } from "../../../.ci/services/postgres.ts";
import {
  postgresArguments,
  type PostgresSettings,
} from "../../../.ci/services/postgres_arguments.ts";
import { copyPostgres, postgresPrograms } from "../../../.ci/services/postgres_standby.ts";
import { POSTGRES } from "../../../.ci/services/requirements.ts";
import { Server } from "../../../.ci/services/server.ts";
import { makeServerFolder, type ServerFolder } from "../../../.ci/services/server_folder.ts";

/** Where the log goes, and base backups. Dispose of it to remove it. */
export class Archive implements AsyncDisposable {
  readonly folder: string;
  readonly #account: ServerFolder["account"];

  private constructor(folder: string, account: ServerFolder["account"]) {
    this.folder = folder;
    this.#account = account;
  }

  /** Makes an empty one. */
  static async create(): Promise<Archive> {
    const { folder, account } = await makeServerFolder("archive");
    return new Archive(folder, account);
  }

  /** The settings of a server that archives here. */
  get settings(): PostgresSettings {
    const segment = `${this.folder}/%f`;
    return {
      archive_mode: "on",
      archive_command: `test ! -f ${segment} && cp %p ${segment}.partial && ` +
        `mv ${segment}.partial ${segment}`,
      full_page_writes: "on",
    };
  }

  /** Takes a base backup of a running server. @returns its folder */
  async baseBackup(server: Server): Promise<string> {
    const target = `${this.folder}/base`;
    const place = { folder: this.folder, account: this.#account };
    await copyPostgres(server, place, [`--pgdata=${target}`, "--wal-method=none"]);
    return target;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/**
 * A server made of a base backup and the archived log, as of that moment. It is not started.
 *
 * @param moment in milliseconds since the epoch
 */
export async function recoveredPostgres(
  archive: Archive,
  { base, moment, port, url }: {
    readonly base: string;
    readonly moment: number;
    readonly port: number;
    readonly url: string;
  },
): Promise<Server> {
  const place = await makeServerFolder(POSTGRES.service);
  const dataFolder = `${place.folder}/data`;
  await Deno.rename(base, dataFolder);
  await Deno.writeTextFile(`${dataFolder}/recovery.signal`, "");
  const account = await serverAccount();
  if (account !== null) {
    await Deno.chown(`${dataFolder}/recovery.signal`, account.uid, account.gid);
  }
  const settings = {
    restore_command: `cp ${archive.folder}/%f %p`,
    recovery_target_time: new Date(moment).toISOString().replace("T", " ").replace("Z", "+00"),
    recovery_target_action: "promote",
  };
  return new Server({
    ...place,
    service: POSTGRES.service,
    port,
    url,
    command: [
      ...await deathSignalPrefix("SIGQUIT"),
      `${await postgresPrograms()}/postgres`,
      ...postgresArguments({ dataFolder, socketFolder: place.folder, port }, settings),
    ],
    stopSignal: "SIGINT",
    isReady: () => postgresReady(port),
  });
}
