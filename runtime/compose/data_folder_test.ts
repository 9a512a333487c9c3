import assert from "node:assert/strict";
import { join } from "node:path";
import { makeDataFolder } from "./data_folder.ts";

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
