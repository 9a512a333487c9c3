import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { SynapseError } from "../errors.ts";
import { readBackup, writeBackup, type WriteBackupOptions } from "./backup_folder.ts";
import { BACKUP_FORMAT, type Manifest, MANIFEST_FILE } from "./manifest.ts";

const RIGHTS = ["--allow-read", "--allow-write", "--allow-run"];

const AT = Date.UTC(2026, 0, 31, 23, 59, 59, 123);

const SAID: Omit<Manifest, "files"> = {
  format: BACKUP_FORMAT,
  synapse: "3.1.0",
  store: "sqlite",
  db_schema: null,
  schema: 2,
  point: { taken_at: AT, last_commit_at: null, actors: 0, events: 0, waiting: 0, partitions: [] },
  memory: "none",
};

async function withFolder(use: (to: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await use(`${folder}/backups`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a backup of one small file. */
function write(to: string, more: Partial<WriteBackupOptions> = {}) {
  const fill = async (folder: string) => {
    await Deno.writeTextFile(`${folder}/journal.db`, "all that there is");
    return SAID;
  };
  return writeBackup({ to, keep: null, at: AT, fill, ...more });
}

/** The names in a folder of backups, without the lock. */
async function namesIn(to: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(to));
  return entries.map(({ name }) => name).filter((name) => name !== ".lock").sort();
}

async function refused(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof SynapseError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("writeBackup() names a backup by its time, and readBackup() finds it whole", async () => {
  await withFolder(async (to) => {
    const { path, manifest, removed } = await write(to);
    assert.equal(path, `${to}/synapse-20260131T235959.123Z`);
    assert.deepEqual(removed, []);
    assert.deepEqual(manifest.files.map(({ name, bytes }) => [name, bytes]), [["journal.db", 17]]);
    assert.deepEqual(await readBackup(path), manifest);
    const { mode } = await Deno.stat(path);
    assert.equal((mode ?? 0) & 0o077, 0, "others may not look into it");
  });
});

Deno.test("readBackup() refuses a file that is damaged, cut or gone", async () => {
  await withFolder(async (to) => {
    const { path } = await write(to);
    const file = `${path}/journal.db`;
    await Deno.writeTextFile(file, "all that there IS");
    await refused(readBackup(path), "backup_invalid", /journal\.db is damaged/);
    await Deno.writeTextFile(file, "all that");
    await refused(readBackup(path), "backup_invalid", /has 8 bytes, the manifest says 17/);
    await Deno.remove(file);
    await refused(readBackup(path), "backup_invalid", /cannot be read/);
  });
});

Deno.test("readBackup() refuses another format, a broken manifest and a folder without one", async () => {
  await withFolder(async (to) => {
    const { path, manifest } = await write(to);
    const rewrite = (text: string) => Deno.writeTextFile(`${path}/${MANIFEST_FILE}`, text);
    await rewrite(JSON.stringify({ format: BACKUP_FORMAT + 1, anything: "else" }));
    await refused(readBackup(path), "backup_invalid", /has format 2, this program knows 1/);
    await rewrite(JSON.stringify({ ...manifest, files: [{ name: "../x", bytes: 0, sha256: "" }] }));
    await refused(readBackup(path), "backup_invalid", /files\.0\.name/);
    await rewrite("{");
    await refused(readBackup(path), "backup_invalid", /is no JSON/);
    await refused(readBackup(to), "backup_invalid", /is no backup/);
  });
});

Deno.test("writeBackup() keeps the newest, and touches nothing else in the folder", async () => {
  await withFolder(async (to) => {
    await Deno.mkdir(`${to}/photos`, { recursive: true });
    for (const at of [1, 2, 3]) await write(to, { at });
    const { removed, path } = await write(to, { at: 4, keep: 2 });
    assert.equal(removed.length, 2);
    assert.deepEqual(await namesIn(to), [
      "photos",
      "synapse-19700101T000000.003Z",
      "synapse-19700101T000000.004Z",
    ]);
    assert.equal((await readBackup(path)).files.length, 1);
  });
});

Deno.test("writeBackup() leaves nothing behind when it fails, and no other one goes", async () => {
  await withFolder(async (to) => {
    await write(to, { at: 1 });
    const fill = async (folder: string): Promise<never> => {
      await Deno.writeTextFile(`${folder}/journal.db`, "half");
      throw new Deno.errors.NotFound("gone");
    };
    await refused(write(to, { keep: 1, fill }), "backup_failed", /failed: gone/);
    assert.deepEqual(await namesIn(to), ["synapse-19700101T000000.001Z"]);
  });
});

Deno.test("writeBackup() refuses while another one writes there", async () => {
  await withFolder(async (to) => {
    await write(to, {
      fill: async () => {
        await refused(write(to, { at: 1 }), "backup_failed", /Another backup is being written/);
        return SAID;
      },
    });
    assert.deepEqual(await namesIn(to), ["synapse-20260131T235959.123Z"]);
  });
});

Deno.test("a process killed in the middle leaves no backup under a final name, and the next one tidies up", async () => {
  await withFolder(async (to) => {
    const module = fileURLToPath(new URL("./backup_folder.ts", import.meta.url));
    const script = `
      import { writeBackup } from ${JSON.stringify(`file://${module}`)};
      await writeBackup({ to: Deno.args[0], keep: null, at: 1, fill: async (folder) => {
        await Deno.writeTextFile(folder + "/journal.db", "half");
        Deno.kill(Deno.pid, "SIGKILL");
        await new Promise(() => {});
      }});`;
    const source = `${await Deno.makeTempDir({ dir: to.replace(/\/backups$/, "") })}/kill.ts`;
    await Deno.writeTextFile(source, script);
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", `--config=${config}`, ...RIGHTS, source, to],
      stdout: "null",
      stderr: "null",
    }).output();
    assert.equal(signal, "SIGKILL");
    assert.deepEqual(await namesIn(to), ["synapse-19700101T000000.001Z.partial"]);
    await write(to);
    assert.deepEqual(await namesIn(to), ["synapse-20260131T235959.123Z"]);
  });
});
