import assert from "node:assert/strict";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { BackupPlace } from "./backup_place.ts";
import { decryptionWith } from "./encryption.ts";
import { BACKUP_FORMAT, MANIFEST_FILE } from "./manifest.ts";
import { readBackup } from "./read_backup.ts";
import { encode, namesIn, read, refused, SAID, withFolder, write } from "./test_folder.ts";

const identity = await generateX25519Identity();

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
