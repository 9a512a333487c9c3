import assert from "node:assert/strict";
import { join } from "node:path";
import { JournalUnavailable } from "../journal/port.ts";
import { findDataFile, makeDataFolder, makeWorkspace } from "./data_folder.ts";

const modeOf = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;

Deno.test({
  name: "a data folder is made for its owner alone, and one that is there is left as it is",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const made = join(folder, "data");
      await makeDataFolder(join(made, "workspace"));
      assert.deepEqual([await modeOf(made), await modeOf(join(made, "workspace"))], [0o700, 0o700]);
      await Deno.chmod(made, 0o750);
      await makeDataFolder(made);
      assert.equal(await modeOf(made), 0o750);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a file in the place of a data folder is told in words for people", async () => {
  const file = await Deno.makeTempFile();
  const told = (folder: string, reason: string) => (error: unknown) => {
    assert.ok(error instanceof JournalUnavailable && error.rolled_back, String(error));
    assert.equal(error.message, `Data folder ${folder} cannot be used: ${reason}`);
    return true;
  };
  const above = "it, or a folder above it, is a file";
  try {
    await assert.rejects(makeDataFolder(file), told(file, "it is a file, or a link to nothing"));
    await assert.rejects(makeDataFolder(join(file, "x")), told(join(file, "x"), above));
    assert.throws(() => findDataFile(join(file, "synapse.db")), told(file, above));
    await assert.rejects(makeWorkspace(join(file, "x")), {
      code: "workspace_unavailable",
      message: `Workspace ${join(file, "x")} of the file skills cannot be used: ${above}`,
    });
    assert.equal(findDataFile(`${file}.none`), null);
    assert.equal(findDataFile(file)?.isFile, true);
  } finally {
    await Deno.remove(file);
  }
});
