import assert from "node:assert/strict";
import { SynapseError } from "../errors.ts";
import { readSkillFile, skillFileNames } from "./skills_folder.ts";

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const says = (message: string) => (error: unknown) => {
  assert.ok(error instanceof SynapseError && error.code === "skill_invalid", String(error));
  assert.equal(error.message, message);
  return true;
};

Deno.test("skillFileNames() tells a folder that is not there from one that cannot be read", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/b.ts`, "");
    await Deno.writeTextFile(`${folder}/a.js`, "");
    await Deno.symlink(folder, `${folder}/again`);
    await Deno.symlink(`${folder}/none`, `${folder}/nowhere`);
    await Deno.symlink(`${folder}/circle`, `${folder}/circle`);
    assert.deepEqual(await skillFileNames(`${folder}/again`), ["a.js", "b.ts"]);
    assert.equal(await skillFileNames(`${folder}/none`), null);
    const refused = [
      ["nowhere", "it is a link to nothing"],
      ["circle", "its links lead in a circle"],
      ["b.ts", "it, or a folder above it, is a file"],
      ["b.ts/x", "it, or a folder above it, is a file"],
      ["x".repeat(300), "its name is too long"],
    ] as const;
    for (const [name, reason] of refused) {
      const wanted = says(`Skills folder cannot be read: ${reason}`);
      await assert.rejects(skillFileNames(`${folder}/${name}`), wanted, name);
    }
  });
});

Deno.test("readSkillFile() says what is wrong with a file that has no text", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/good.ts`, "\uFEFFö");
    await Deno.writeFile(`${folder}/latin.ts`, new Uint8Array([0xf6]));
    await Deno.writeFile(`${folder}/long.ts`, new Uint8Array(1_048_577));
    await Deno.symlink(`${folder}/none`, `${folder}/nowhere.ts`);
    await Deno.symlink(`${folder}/circle.ts`, `${folder}/circle.ts`);
    await Deno.mkdir(`${folder}/folder.ts`);
    assert.equal(await readSkillFile(folder, "good.ts"), "ö");
    const limit = "wanted a file of at most 1048576 bytes";
    const refused = [
      ["latin.ts", "Skill file is no UTF-8 text"],
      ["long.ts", `Skill file has 1048577 bytes, ${limit}`],
      ["folder.ts", `Skill file is no file, ${limit}`],
      ["nowhere.ts", "Skill file is a link to nothing"],
      ["circle.ts", "Skill file cannot be read: its links lead in a circle"],
      ["none.ts", "Skill file is gone"],
    ] as const;
    for (const [name, message] of refused) {
      await assert.rejects(readSkillFile(folder, name), says(message), name);
    }
  });
});

/** Makes an empty file whose name has a byte that is not UTF-8, which Deno itself cannot. */
async function makeOddName(folder: string): Promise<boolean> {
  const script = `touch "$(printf '%s/\\377.ts' "$1")"`;
  const shell = new Deno.Command("sh", { args: ["-c", script, "sh", folder], stderr: "null" });
  return (await shell.output()).success;
}

Deno.test({
  name: "readSkillFile() says that a name is not UTF-8",
  // Other systems refuse such a name.
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      assert.ok(await makeOddName(folder));
      const names = await skillFileNames(folder);
      assert.deepEqual(names, ["\uFFFD.ts"]);
      const wanted = says("Skill file's name is not UTF-8, wanted another name");
      await assert.rejects(readSkillFile(folder, "\uFFFD.ts"), wanted);
      // One that has the sign itself in its name is a file like any other.
      await Deno.writeTextFile(`${folder}/\uFFFD.ts`, "1");
      assert.equal(await readSkillFile(folder, "\uFFFD.ts"), "1");
    }),
});
