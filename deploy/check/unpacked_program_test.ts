import assert from "node:assert/strict";
import { unpackedProgram } from "./unpacked_program.ts";

/** A folder with these files, which are programs. */
async function unpacked(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text, { mode: 0o755 });
  }
  return folder;
}

Deno.test("unpackedProgram() runs with the libraries of its package", async () => {
  const folder = await unpacked({
    "usr/bin/tool": "\x7fELF",
    "usr/lib/x86_64-linux-gnu/liba.so": "",
    "lib/systemd/libsystemd-shared-252.so": "",
  });
  const found = await unpackedProgram(folder, "tool");
  assert.deepEqual(found?.words, [`${folder}/usr/bin/tool`]);
  const libraries = found?.env.LD_LIBRARY_PATH?.split(":") ?? [];
  assert.ok(libraries.includes(`${folder}/usr/lib/x86_64-linux-gnu`), libraries.join());
  assert.ok(libraries.includes(`${folder}/lib/systemd`), libraries.join());
  assert.equal(await unpackedProgram(folder, "other"), null);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("unpackedProgram() gives a script of Python to the one unpacked, else to this machine's", async () => {
  const folder = await unpacked({ "usr/bin/tool": "#!/usr/bin/python3\nprint()\n" });
  const tool = `${folder}/usr/bin/tool`;
  const script = await unpackedProgram(folder, "tool");
  assert.deepEqual(script?.words, ["/usr/bin/python3", tool]);
  assert.equal(script?.env.PYTHONPATH, `${folder}/usr/lib/python3/dist-packages`);
  await Deno.writeTextFile(`${folder}/usr/bin/python3`, "\x7fELF");
  assert.deepEqual((await unpackedProgram(folder, "tool"))?.words, [
    `${folder}/usr/bin/python3`,
    tool,
  ]);
  await Deno.remove(folder, { recursive: true });
});
