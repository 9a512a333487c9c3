import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { BackupPlace } from "./backup_place.ts";
import { AT, encode, namesIn, read, refused, SAID, withFolder, write } from "./test_folder.ts";

const RIGHTS = ["--allow-read", "--allow-write", "--allow-run"];

const identity = await generateX25519Identity();

/**
 * Runs code that calls `writeBackup()` in a process of its own, with the folder of backups as argument.
 *
 * @param site.work where the code may lie
 */
async function runScript(
  code: string,
  site: { readonly work: string; readonly to: string; readonly rights: readonly string[] },
) {
  const module = new URL("./backup_folder.ts", import.meta.url).href;
  const source = `${await Deno.makeTempDir({ dir: site.work })}/script.ts`;
  await Deno.writeTextFile(
    source,
    `import { writeBackup } from ${JSON.stringify(module)};\n${code}`,
  );
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const { signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      `--config=${config}`,
      ...site.rights,
      source,
      site.to,
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { signal, stdout: text(stdout), stderr: text(stderr) };
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

Deno.test("writeBackup() refuses a recipient that is none, and makes no folder of it", async () => {
  await withFolder(async (to) => {
    await refused(
      write(to, { recipients: ["age1me"] }),
      "config_invalid",
      /Recipient "age1me" is no/,
    );
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

Deno.test("writeBackup() never removes the one it has written, and tells of names in the future", async () => {
  await withFolder(async (to) => {
    for (const at of [1, 2, AT + 1, AT + 2]) await write(to, { at });
    const { path, removed, ahead } = await write(to, { keep: 1 });
    assert.deepEqual(removed.length, 2);
    const later = ["synapse-20260131T235959.124Z", "synapse-20260131T235959.125Z"];
    assert.deepEqual(ahead, later.map((name) => `${to}/${name}`));
    assert.deepEqual(await namesIn(to), ["synapse-20260131T235959.123Z", ...later]);
    assert.equal((await read(path)).manifest.files.length, 1);
  });
});

Deno.test("writeBackup() goes on when what an interrupted one left cannot be removed, and says so", async () => {
  await withFolder(async (to) => {
    const left = `${to}/synapse-19700101T000000.001Z.partial`;
    await Deno.mkdir(`${left}/x`, { recursive: true });
    await write(to, { at: 2, fill: () => Promise.reject(new Error("broken")) }).catch(() => {});
    assert.deepEqual(await namesIn(to), [], "what can be removed, is");
    await Deno.mkdir(`${left}/x`, { recursive: true });
    await Deno.mkdir(`${to}/synapse-19700101T000000.003Z.partial`);
    // Root may remove everything; what the process itself is denied, it cannot.
    const code = `await writeBackup({
      to: Deno.args[0], keep: null, keep_days: null, recipients: [], at: ${AT},
      fill: () => ({}),
    }).then(({ path, unremoved }) => console.log(JSON.stringify({ path, unremoved })));`;
    const rights = [...RIGHTS, `--deny-write=${left}`];
    const { stdout, stderr } = await runScript(code, {
      work: to.replace(/\/backups$/, ""),
      to,
      rights,
    });
    const { path, unremoved } = JSON.parse(stdout || stderr);
    assert.equal(path, `${to}/synapse-20260131T235959.123Z`);
    assert.match(unremoved, /Requires write access/);
    assert.deepEqual(await namesIn(to), [
      "synapse-19700101T000000.001Z.partial",
      "synapse-20260131T235959.123Z",
    ]);
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
    const recipient = await identityToRecipient(identity);
    const work = to.replace(/\/backups$/, "");
    const code = `
      const write = async (path) => {
        await Deno.writeTextFile(path, "half");
        Deno.kill(Deno.pid, "SIGKILL");
        await new Promise(() => {});
      };
      await writeBackup({
        to: Deno.args[0], keep: null, keep_days: null, recipients: ["${recipient}"], at: 1,
        fill: (place) => place.make("journal.db", { source: "${work}/synapse.db", write }),
      });`;
    const { signal } = await runScript(code, { work, to, rights: RIGHTS });
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
