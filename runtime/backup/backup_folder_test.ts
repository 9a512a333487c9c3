import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { SynapseError } from "../errors.ts";
import { type Said, writeBackup, type WriteBackupOptions } from "./backup_folder.ts";
import type { BackupPlace } from "./backup_place.ts";
import { decryptionWith } from "./encryption.ts";
import { BACKUP_FORMAT, MANIFEST_FILE } from "./manifest.ts";
import { readBackup } from "./read_backup.ts";

const RIGHTS = ["--allow-read", "--allow-write", "--allow-run"];

const identity = await generateX25519Identity();

const AT = Date.UTC(2026, 0, 31, 23, 59, 59, 123);

const SAID: Said = {
  format: BACKUP_FORMAT,
  synapse: "3.1.0",
  store: "sqlite",
  db_schema: null,
  schema: 2,
  point: { taken_at: AT, last_commit_at: null, actors: 0, events: 0, waiting: 0, partitions: [] },
  memory: "none",
  qdrant: null,
};

async function withFolder(use: (to: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await use(`${folder}/backups`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Reads a backup that is not encrypted. */
const read = (path: string) => readBackup(path, null);

/** Writes a backup of one small file. */
function write(to: string, more: Partial<WriteBackupOptions> = {}) {
  const fill = async (place: BackupPlace) => {
    await place.put("journal.db", ReadableStream.from([encode("all that there is")]));
    return SAID;
  };
  const plain = { keep: null, keep_days: null, recipients: [] };
  return writeBackup({ ...plain, to, at: AT, fill, ...more });
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
    const found = await read(path);
    assert.deepEqual(found.manifest, manifest);
    assert.equal(await new Response(await found.read("journal.db")).text(), "all that there is");
    const { mode } = await Deno.stat(path);
    assert.equal((mode ?? 0) & 0o077, 0, "others may not look into it");
  });
});

Deno.test("readBackup() refuses a file that is damaged, cut or gone", async () => {
  await withFolder(async (to) => {
    const { path } = await write(to);
    const file = `${path}/journal.db`;
    await Deno.writeTextFile(file, "all that there IS");
    await refused(read(path), "backup_invalid", /journal\.db is damaged/);
    await Deno.writeTextFile(file, "all that");
    await refused(read(path), "backup_invalid", /has 8 bytes, the manifest says 17/);
    await Deno.remove(file);
    await refused(read(path), "backup_invalid", /cannot be read/);
  });
});

Deno.test("readBackup() refuses another format, a broken manifest and a folder without one", async () => {
  await withFolder(async (to) => {
    const { path, manifest } = await write(to);
    const rewrite = (text: string) => Deno.writeTextFile(`${path}/${MANIFEST_FILE}`, text);
    await rewrite(JSON.stringify({ format: BACKUP_FORMAT + 1, anything: "else" }));
    await refused(read(path), "backup_invalid", /has format 2, this program knows 1/);
    await rewrite(JSON.stringify({ ...manifest, files: [{ ...manifest.files[0], name: "../x" }] }));
    await refused(read(path), "backup_invalid", /files\.0\.name/);
    await rewrite("{");
    await refused(read(path), "backup_invalid", /is no JSON/);
    await refused(read(to), "backup_invalid", /is no backup/);
  });
});

Deno.test("an encrypted backup has nothing plain in it, and opens with its key only", async () => {
  await withFolder(async (to) => {
    const work = to.replace(/\/backups$/, "");
    const secret = "what was said in confidence";
    const recipients = [await identityToRecipient(identity)];
    let scratch = "";
    const fill = async (place: BackupPlace) => {
      await place.put("journal.dump", ReadableStream.from([encode(secret)]));
      const write = async (path: string) => {
        scratch = path;
        await Deno.writeTextFile(path, secret + secret);
        return true;
      };
      await place.make("memory.db", { source: `${work}/memory.db`, write });
      return SAID;
    };
    const { path, manifest } = await write(to, { recipients, fill });
    assert.match(scratch, /\/memory\.db\.backup_[0-9a-f]{16}\/memory\.db$/);
    assert.deepEqual(await namesIn(work), ["backups"]);
    assert.deepEqual(await namesIn(path), ["journal.dump.age", MANIFEST_FILE, "memory.db.age"]);
    assert.deepEqual(manifest.files.map(({ plain }) => plain?.bytes), [27, 54]);
    for (const name of await namesIn(path)) {
      assert.ok(!(await Deno.readTextFile(`${path}/${name}`)).includes(secret), name);
    }
    const opened = await readBackup(path, decryptionWith([identity]));
    assert.equal(await new Response(await opened.read("journal.dump")).text(), secret);
    assert.equal(await new Response(await opened.read("memory.db")).text(), secret + secret);
    await assert.rejects(opened.read("journal.db"), { code: "backup_invalid" });
    await refused(read(path), "backup_locked", /is encrypted to age1.*--identity FILE/);
    const other = decryptionWith([await generateX25519Identity()]);
    await refused(readBackup(path, other), "backup_locked", /none of the identities/);
    // Before anything is read to its end.
    await Deno.truncate(`${path}/memory.db.age`, 300);
    await refused(readBackup(path, other), "backup_locked", /none of the identities/);
    await refused(readBackup(path, decryptionWith([identity])), "backup_invalid", /has 300 bytes/);
  });
});

Deno.test("readBackup() refuses another encrypted file in the place of its own", async () => {
  await withFolder(async (to) => {
    const recipients = [await identityToRecipient(identity)];
    const { path, manifest } = await write(to, { recipients });
    const { path: second, manifest: other } = await write(to, {
      recipients,
      at: 1,
      fill: async (place) => {
        await place.put("journal.db", ReadableStream.from([encode("all that there IS")]));
        return SAID;
      },
    });
    await Deno.copyFile(`${second}/journal.db.age`, `${path}/journal.db.age`);
    const decrypt = decryptionWith([identity]);
    await refused(readBackup(path, decrypt), "backup_invalid", /journal\.db\.age is damaged/);
    // Also if the manifest was made to fit what lies there, but not what it was before.
    const files = manifest.files.map((file, i) => ({ ...other.files[i], plain: file.plain }));
    await Deno.writeTextFile(`${path}/${MANIFEST_FILE}`, JSON.stringify({ ...manifest, files }));
    await refused(readBackup(path, decrypt), "backup_invalid", /journal\.db\.age is damaged/);
  });
});

Deno.test("writeBackup() refuses a recipient that is none, and makes no folder of it", async () => {
  await withFolder(async (to) => {
    await refused(write(to, { recipients: ["age1me"] }), "backup_failed", /Recipient age1me is no/);
    await assert.rejects(Deno.stat(to), Deno.errors.NotFound);
  });
});

Deno.test("writeBackup() says which older ones cannot go, and has the new one all the same", async () => {
  await withFolder(async (to) => {
    await write(to, { at: 1 });
    // In the way of the name that the old one takes first.
    const block = async (place: BackupPlace) => {
      await place.put("journal.db", ReadableStream.from([encode("x")]));
      await Deno.mkdir(`${to}/synapse-19700101T000000.001Z.partial/x`, { recursive: true });
      return SAID;
    };
    const { path, removed, unremoved } = await write(to, { keep: 1, fill: block });
    assert.deepEqual(removed, []);
    assert.match(unremoved ?? "", /not empty/i);
    assert.equal((await read(path)).manifest.files.length, 1);
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
    assert.equal((await read(path)).manifest.files.length, 1);
  });
});

Deno.test("writeBackup() leaves nothing behind when it fails, and no other one goes", async () => {
  await withFolder(async (to) => {
    await write(to, { at: 1 });
    const fill = async (place: BackupPlace): Promise<never> => {
      await place.put("journal.db", ReadableStream.from([encode("half")]));
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
    const recipient = await identityToRecipient(identity);
    const work = to.replace(/\/backups$/, "");
    const script = `
      import { writeBackup } from ${JSON.stringify(`file://${module}`)};
      const write = async (path) => {
        await Deno.writeTextFile(path, "half");
        Deno.kill(Deno.pid, "SIGKILL");
        await new Promise(() => {});
      };
      await writeBackup({
        to: Deno.args[0], keep: null, keep_days: null, recipients: ["${recipient}"], at: 1,
        fill: (place) => place.make("journal.db", { source: "${work}/synapse.db", write }),
      });`;
    const source = `${await Deno.makeTempDir({ dir: work })}/kill.ts`;
    await Deno.writeTextFile(source, script);
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", `--config=${config}`, ...RIGHTS, source, to],
      stdout: "null",
      stderr: "null",
    }).output();
    assert.equal(signal, "SIGKILL");
    assert.deepEqual(await namesIn(to), ["synapse-19700101T000000.001Z.partial"]);
    const scratch = async () => (await namesIn(work)).filter((name) => /^synapse\.db\./.test(name));
    assert.equal((await scratch()).length, 1, "the plain copy is beside its source");
    await write(to, {
      recipients: [recipient],
      fill: async (place) => {
        const write = (path: string) => Deno.writeTextFile(path, "all");
        await place.make("journal.db", { source: `${work}/synapse.db`, write });
        return SAID;
      },
    });
    assert.deepEqual(await namesIn(to), ["synapse-20260131T235959.123Z"]);
    assert.deepEqual(await scratch(), []);
  });
});
