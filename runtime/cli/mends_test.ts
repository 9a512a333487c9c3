import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { makeWorkspace } from "../compose/data_folder.ts";
import { SynapseError } from "../errors.ts";
import { openConnection } from "../journal/sqlite/connection.ts";
import { takeLock } from "../journal/sqlite/lock.ts";
import { mendOf } from "./mends.ts";

const thrown = (work: () => unknown): Promise<unknown> =>
  Promise.try(work).then(() => assert.fail("Nothing was thrown"), (error) => error);

Deno.test("mendOf() says what to do, by the setting that decides", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/journal.db`;
  const open = () => openConnection({ path, synchronous: "normal" });
  const journalPlace = /another place in DATABASE_URL if that is set, else in SYNAPSE_DATA_DIR$/;
  try {
    await Deno.writeTextFile(`${folder}/work`, "");
    const workspace = await thrown(() => makeWorkspace(`${folder}/work`));
    assert.match(mendOf(workspace) ?? "", /another place in skills\.workspace of/);

    await Deno.mkdir(`${path}.lock`);
    assert.match(mendOf(await thrown(() => takeLock(path))) ?? "", journalPlace);

    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE t (n); BEGIN EXCLUSIVE");
    const locked = await thrown(open);
    other.close();
    assert.match(String(locked), /is locked by another program$/);
    assert.match(mendOf(locked) ?? "", /^End the program that has the file open/);

    await Deno.writeTextFile(path, "no database".repeat(1000));
    assert.equal(mendOf(await thrown(open)), "Restore it from a backup");
    await Deno.remove(path);
    await Deno.mkdir(path);
    assert.match(mendOf(await thrown(open)) ?? "", journalPlace);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("mendOf() gives no advice about what it does not know", () => {
  assert.equal(mendOf(new SynapseError("fenced", "Moved")), null);
  assert.equal(mendOf(new RangeError("A defect")), null);
  assert.equal(mendOf("text"), null);
});
