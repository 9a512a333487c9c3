import assert from "node:assert/strict";
import {
  checkClock,
  checkDataFolder,
  checkDescriptors,
  checkFreeSpace,
  checkWorkspace,
} from "./check_machine.ts";

async function inFolder(use: (folder: string) => unknown): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkDataFolder() accepts one that can be written or created, and leaves nothing there", async () => {
  await inFolder((folder) => {
    assert.deepEqual(checkDataFolder(folder).detail, `${folder} can be written`);
    assert.deepEqual(checkDataFolder(`${folder}/a/b`).detail, `${folder}/a/b will be created`);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("checkDataFolder() finds a file in the folder's place", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/data`, "");
    assert.equal(checkDataFolder(`${folder}/data`).status, "fault");
  });
});

Deno.test("checkDataFolder() finds a link to nothing, which no folder can be made at", async () => {
  await inFolder(async (folder) => {
    await Deno.symlink(`${folder}/none`, `${folder}/data`);
    const { status, detail } = checkDataFolder(`${folder}/data`);
    assert.equal(status, "fault");
    assert.equal(
      detail,
      `${folder}/data cannot be written: it is not there, and cannot be made`,
    );
  });
});

Deno.test("checkWorkspace() names the setting that moves the workspace", async () => {
  await inFolder(async (folder) => {
    assert.equal(checkWorkspace(`${folder}/work`).status, "ok");
    await Deno.writeTextFile(`${folder}/work`, "");
    const { check, status, mend } = checkWorkspace(`${folder}/work`);
    assert.deepEqual([check, status], ["workspace", "fault"]);
    assert.match(mend ?? "", /name another place in skills\.workspace of the configuration file$/);
  });
});

Deno.test("checkFreeSpace() tells how much room there is", async () => {
  await inFolder((folder) => assert.match(checkFreeSpace(folder).detail, /^\d+\.\d GiB free at /));
});

Deno.test("checkClock() finds a clock that is not set, or went back", () => {
  const now = Date.UTC(2026, 5, 1);
  assert.equal(checkClock(now, now - 1000).status, "ok");
  assert.equal(checkClock(now, null).status, "ok");
  assert.equal(checkClock(0, null).status, "fault");
  assert.equal(checkClock(now, now + 3_600_000).status, "fault");
});

Deno.test("checkDescriptors() warns when there are few", () => {
  assert.equal(checkDescriptors(1024).status, "warning");
  assert.equal(checkDescriptors(65_536).status, "ok");
  assert.equal(checkDescriptors(Infinity).status, "ok");
  assert.equal(checkDescriptors(null).status, "ok");
});

Deno.test("checks of a folder below a file are faults, and throw nothing", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/data`, "");
    for (const check of [checkDataFolder, checkFreeSpace]) {
      const { status, detail, mend } = check(`${folder}/data/x`);
      assert.equal(status, "fault");
      assert.match(detail, /is a file$/);
      assert.match(mend ?? "", /another place in SYNAPSE_DATA_DIR$/);
    }
  });
});
