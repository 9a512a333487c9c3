import assert from "node:assert/strict";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { EXIT } from "./exit_code.ts";
import { runCli } from "./fake_node.ts";

/** Lends the environment of an installation in a folder of its own. */
async function withFolder(
  use: (env: Record<string, string>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await use({ SYNAPSE_DATA_DIR: `${folder}/data` }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("backup, restore and migrate-store pass one journal on, and say what they did", async () => {
  await withFolder(async (env, folder) => {
    assert.equal((await runCli(["migrate"], { env })).exit, EXIT.ok);
    const to = `${folder}/backups`;
    const text = await runCli(["backup", "--to", to], { env });
    assert.equal(text.exit, EXIT.ok, text.stderr);
    assert.match(
      text.stdout,
      /^Wrote .*: 0 actors with 0 events, \d+ bytes\nEverything acknowledged/,
    );
    const json = await runCli(["backup", "--to", to, "--keep", "1", "--json"], { env });
    const { path, removed } = JSON.parse(json.stdout);
    assert.equal(removed.length, 1);

    const target = { SYNAPSE_DATA_DIR: `${folder}/new` };
    const restored = await runCli(["restore", path, "--json"], { env: target });
    assert.equal(restored.exit, EXIT.ok, restored.stderr);
    const said = JSON.parse(restored.stdout);
    assert.deepEqual([said.ok, said.store, said.memory_restored], [
      true,
      `${folder}/new/synapse.db`,
      false,
    ]);
    const again = await runCli(["restore", path, "--json"], { env: target });
    assert.equal(again.exit, EXIT.failed);
    assert.equal(JSON.parse(again.stderr).error.code, "store_not_empty");
  });
});

Deno.test("backup ends with 1 when names lie in the future, and keeps what it wrote", async () => {
  await withFolder(async (env, folder) => {
    assert.equal((await runCli(["migrate"], { env })).exit, EXIT.ok);
    const to = `${folder}/backups`;
    await Deno.mkdir(`${to}/synapse-99990101T000000.000Z`, { recursive: true });
    const run = await runCli(["backup", "--to", to, "--keep", "1"], { env });
    assert.equal(run.exit, EXIT.failed);
    assert.match(run.stdout, /The clock is wrong, or was: .*synapse-99990101T000000\.000Z$/m);
    const [, path = ""] = /^Wrote (.*): 0 actors/.exec(run.stdout) ?? [];
    assert.ok((await Deno.stat(path)).isDirectory);
  });
});

Deno.test("backup encrypts to the keys of options or the environment, restore wants one of the private ones", async () => {
  await withFolder(async (env, folder) => {
    const keys = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
    const [first = "", second = ""] = await Promise.all(keys.map(identityToRecipient));
    const files = keys.map((key, i) => {
      Deno.writeTextFileSync(`${folder}/${i}.key`, `# of a test\n${key}\n`);
      return `${folder}/${i}.key`;
    });
    assert.equal((await runCli(["migrate"], { env })).exit, EXIT.ok);
    const to = `${folder}/backups`;
    const configured = { ...env, SYNAPSE_BACKUP_RECIPIENTS: `${first}, ${second}` };
    const made = await runCli(["backup", "--to", to, "--json"], { env: configured });
    const { path, manifest } = JSON.parse(made.stdout);
    assert.deepEqual(manifest.recipients, [first, second]);
    const twice = ["--recipient", second, "--recipient", second];
    const args = ["backup", "--to", to, ...twice, "--keep", "9", "--keep-days", "30"];
    const text = await runCli(args, { env: configured });
    assert.match(text.stdout, new RegExp(`Encrypted to ${second}: nobody`));

    const target = { SYNAPSE_DATA_DIR: `${folder}/new` };
    const restore = (...more: string[]) => runCli(["restore", path, ...more], { env: target });
    const locked = await restore("--json");
    assert.equal(locked.exit, EXIT.failed);
    assert.equal(JSON.parse(locked.stderr).error.code, "backup_locked");
    const gone = await restore("--identity", `${folder}/none.key`);
    assert.equal(gone.exit, EXIT.usage);
    assert.match(gone.stderr, /identity file .*none\.key cannot be read/);
    const [, file = ""] = files;
    const opened = await restore("--identity", file);
    assert.match(opened.stdout, /^Restored 0 actors/, opened.stderr);

    const secret = { ...env, SYNAPSE_BACKUP_RECIPIENTS: keys[0] ?? "" };
    const refused = await runCli(["backup", "--to", to], { env: secret });
    assert.equal(refused.exit, EXIT.usage);
    assert.match(refused.stderr, /SYNAPSE_BACKUP_RECIPIENTS .*That is a private key/);
    assert.ok(!refused.stderr.includes(keys[0] ?? ""), "shows the key");
  });
});

Deno.test("backup, restore and migrate-store say what is missing", async () => {
  await withFolder(async (env, folder) => {
    const cases = [
      [["backup"], EXIT.usage, /required option '--to <folder>'/],
      [["backup", "--to", folder, "--keep", "0"], EXIT.usage, /at least 1/],
      [["backup", "--to", folder, "--keep-days", "x"], EXIT.usage, /at least 1/],
      [["backup", "--to", folder, "--recipient", "x"], EXIT.usage, /"x" is no public key of age/],
      [["backup", "--to", folder], EXIT.failed, /There is no journal in/],
      [["restore", folder], EXIT.failed, /is no backup/],
      [["migrate-store"], EXIT.usage, /Wanted a Postgres .*\nSet DATABASE_URL/],
    ] as const;
    for (const [args, exit, message] of cases) {
      const run = await runCli(args, { env });
      assert.equal(run.exit, exit, args.join(" "));
      assert.match(run.stderr, message);
    }
    const postgres = { ...env, DATABASE_URL: "postgres://me@127.0.0.1:1/x" };
    const run = await runCli(["migrate-store"], { env: postgres });
    assert.equal(run.exit, EXIT.notFound);
    assert.match(run.stderr, /There is no journal at .*synapse\.db/);
  });
});
