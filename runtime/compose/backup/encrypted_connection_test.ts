import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { serverAccount } from "../../../.ci/services/account.ts";
import { startPostgres } from "../../../.ci/services/postgres.ts";
import type { Config } from "../../config.ts";
import { openJournal } from "../../journal/postgres/test_database.ts";
import { readDatabaseFacts } from "../database.ts";
import { fill } from "./full_journal.ts";
import { runClientProgram } from "./client_programs.ts";
import { inTransaction } from "./postgres_store.ts";
import { makeTestBackup, restoreTestBackup } from "./test_backup.ts";

const ENV = Deno.env.toObject();

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Why no certificates can be made here; null if they can. */
const missing = await new Deno.Command("openssl", { args: ["version"] }).output().then(
  () => null,
  (error) => String(error),
);

async function openssl(folder: string, args: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: args.split(" "),
    cwd: folder,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

const KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/** Makes `NAME.crt` and `NAME.key` of an authority. */
const authority = (folder: string, name: string) =>
  openssl(
    folder,
    `req -x509 ${KEY} -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.crt ` +
      "-addext basicConstraints=critical,CA:TRUE",
  );

/** Lends a server whose certificate is that of a name, signed by the authority `ca.crt`. */
async function withServer(
  name: string,
  use: (site: { readonly folder: string; readonly port: number }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await Deno.chmod(folder, 0o755);
    await authority(folder, "ca");
    await authority(folder, "other");
    await openssl(folder, `req ${KEY} -subj /CN=server -keyout server.key -out server.csr`);
    await Deno.writeTextFile(`${folder}/extensions`, `subjectAltName=${name}\n`);
    const signed = "-CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile extensions";
    await openssl(folder, `x509 -req -in server.csr ${signed} -out server.crt`);
    const account = await serverAccount();
    if (account !== null) await Deno.chown(`${folder}/server.key`, account.uid, account.gid);
    await using server = await startPostgres({
      settings: {
        ssl: "on",
        ssl_cert_file: `${folder}/server.crt`,
        ssl_key_file: `${folder}/server.key`,
      },
    });
    await use({ folder, port: server.port });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const address = (host: string, port: number, query: string) =>
  `postgres://synapse@${host}:${port}/postgres?${query}`;

const placeOf = (url: string): Pick<Config, "journal" | "memory"> => ({
  journal: { kind: "postgres", url, partitions: 8, synchronous: "full" },
  memory: null,
});

async function filled(url: string): Promise<void> {
  const journal = await openJournal({ url });
  await fill(journal);
  await journal.close();
}

const empty = (url: string) =>
  inTransaction(url, async (db) => {
    await db.query("DROP SCHEMA public CASCADE");
    await db.query("CREATE SCHEMA public");
  });

const name = (what: string) => missing === null ? what : `${what} (no openssl: ${missing})`;

const ignore = missing !== null;

Deno.test(name("one address leads nodes and client programs through verified TLS"), {
  ignore,
}, async () => {
  await withServer("DNS:localhost", async ({ folder, port }) => {
    const url = address("localhost", port, `sslmode=verify-full&sslrootcert=${folder}/ca.crt`);
    await filled(url);
    await inTransaction(url, async (db) => {
      const [row] = await db.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
      assert.equal(row?.ssl, true);
    });
    const { path } = await makeTestBackup(placeOf(url), `${folder}/backups`, { env: ENV });
    await empty(url);
    const { verified } = await restoreTestBackup(placeOf(url), path, { env: ENV });
    assert.equal(verified.events, 2408);

    for (
      const [host, file, words] of [
        ["localhost", "other.crt", /unable to verify|certificate/],
        // The certificate is of a name.
        ["127.0.0.1", "ca.crt", /not in the cert's list/],
      ] as const
    ) {
      const wrong = address(host, port, `sslmode=verify-full&sslrootcert=${folder}/${file}`);
      await assert.rejects(openJournal({ url: wrong }), { code: "journal_unavailable" });
      await assert.rejects(readDatabaseFacts(wrong), words);
      const dump = runClientProgram("pg_dump", { args: [], url: wrong, env: ENV });
      await assert.rejects(dump, { code: "backup_failed", message: /certificate/ });
    }
  });
});

Deno.test(name("an authority in DENO_CERT is believed by nodes and client programs"), {
  ignore,
}, async () => {
  await withServer("IP:127.0.0.1", async ({ folder, port }) => {
    const url = address("127.0.0.1", port, "sslmode=verify-full");
    await filled(address("127.0.0.1", port, `sslrootcert=${folder}/ca.crt`));
    const backup = async (file: string) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--no-check", "-A", MAIN, "backup", "--to", `${folder}/made`],
        env: { DATABASE_URL: url, DENO_CERT: `${folder}/${file}` },
      }).output();
      return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)] as const;
    };
    const [code, said] = await backup("ca.crt");
    assert.equal(code, 0, said);
    assert.match(said, /2,?408 events/);
    const [refused, reason] = await backup("other.crt");
    assert.notEqual(refused, 0, reason);
    assert.match(reason, /certificate/);
  });
});
