import assert from "node:assert/strict";
import { listFilesSkill } from "./list_files.ts";
import { readFileSkill } from "./read_file.ts";
import type { Skill } from "./skill.ts";
import { idleContext } from "./testing.ts";
import { writeFileSkill } from "./write_file.ts";

interface Folders {
  /** The folder that the skills may touch. */
  readonly root: string;
  /** A folder beside it, which holds `secret.txt`. */
  readonly outside: string;
}

async function withFolders(test: (folders: Folders) => Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir();
  try {
    const [root, outside] = [`${base}/root`, `${base}/root-outside`];
    await Deno.mkdir(root);
    await Deno.mkdir(outside);
    await Deno.writeTextFile(`${outside}/secret.txt`, "secret");
    await test({ root, outside });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

const run = async (skill: Skill, input: unknown) =>
  skill.output?.parse(await skill.run(skill.input.parse(input), idleContext()));

Deno.test("write_file then read_file and list_files show the file, in folders made on the way", async () => {
  await withFolders(async ({ root }) => {
    const path = "notes/deep/day.txt";
    assert.deepEqual(await run(writeFileSkill(root), { path, content: "grüezi" }), {
      path,
      bytes: 7,
    });
    assert.deepEqual(await run(readFileSkill(root), { path }), {
      content: "grüezi",
      bytes: 7,
      next_offset: null,
    });
    assert.deepEqual(await run(listFilesSkill(root), { path: "notes/deep" }), {
      entries: [{ name: "day.txt", kind: "file", bytes: 7 }],
      truncated: false,
    });
    assert.deepEqual(await run(listFilesSkill(root), {}), {
      entries: [{ name: "notes", kind: "folder", bytes: null }],
      truncated: false,
    });
  });
});

Deno.test("write_file replaces a whole file and leaves no draft behind", async () => {
  await withFolders(async ({ root }) => {
    await run(writeFileSkill(root), { path: "a.txt", content: "a long first version" });
    await run(writeFileSkill(root), { path: "a.txt", content: "short" });
    assert.equal(await Deno.readTextFile(`${root}/a.txt`), "short");
    await Deno.mkdir(`${root}/folder`);
    await assert.rejects(run(writeFileSkill(root), { path: "folder", content: "x" }));
    assert.deepEqual([...Deno.readDirSync(root)].map((e) => e.name).sort(), ["a.txt", "folder"]);
  });
});

Deno.test("read_file gives a long file in pieces that join to the original, characters whole", async () => {
  await withFolders(async ({ root }) => {
    const original = "x" + "ä€😀".repeat(20_000);
    await Deno.writeTextFile(`${root}/long.txt`, original);
    let text = "";
    let pieces = 0;
    for (let offset: number | null = 0; offset !== null; pieces++) {
      const piece = await run(readFileSkill(root), { path: "long.txt", offset }) as {
        content: string;
        next_offset: number | null;
      };
      text += piece.content;
      offset = piece.next_offset;
    }
    assert.equal(text, original);
    assert.equal(pieces, 3);
  });
});

Deno.test("read_file refuses what is not a text file", async () => {
  await withFolders(async ({ root }) => {
    await Deno.writeFile(`${root}/image.png`, new Uint8Array([0x89, 0x50, 0xff, 0xfe]));
    await assert.rejects(run(readFileSkill(root), { path: "image.png" }), /not UTF-8 text/);
    await assert.rejects(run(readFileSkill(root), { path: "." }), /is not a file/);
  });
});

Deno.test("the file skills say what is wrong without the host's paths or the system's words", async () => {
  await withFolders(async ({ root }) => {
    await Deno.writeTextFile(`${root}/a.txt`, "text");
    await Deno.mkdir(`${root}/folder`);
    const [read, list, write] = [readFileSkill(root), listFilesSkill(root), writeFileSkill(root)];
    const cases = [
      [read, { path: "f1.txt" }, "NotFound", "There is no file f1.txt in the workspace"],
      [list, { path: "no" }, "NotFound", "There is no folder no in the workspace"],
      [list, { path: "a.txt" }, "TypeError", /^a\.txt in the workspace is not a folder/],
      [read, { path: "a.txt/b" }, "TypeError", /^a\.txt\/b in the workspace .* is none$/],
      [read, { path: "x".repeat(300) }, "TypeError", /^x+ in the workspace has too long a name$/],
      [write, { path: "folder", content: "" }, "TypeError", "folder in the workspace is a folder"],
      [write, { path: "a.txt/b", content: "" }, "TypeError", /^a\.txt\/b in the workspace is/],
    ] as const;
    for (const [skill, input, name, message] of cases) {
      await assert.rejects(run(skill, input), { name, message });
    }
  });
});

Deno.test("the file skills say that the workspace itself is gone", async () => {
  await withFolders(async ({ root }) => {
    const [read, list, write] = [readFileSkill(root), listFilesSkill(root), writeFileSkill(root)];
    const calls = [
      [read, { path: "a.txt" }],
      [list, {}],
      [write, { path: "a/b.txt", content: "" }],
    ] as const;
    const gone = { name: "NotFound", message: /^The workspace is gone, and is made again when/ };
    await Deno.remove(root);
    for (const [skill, input] of calls) await assert.rejects(run(skill, input), gone);
    await Deno.writeTextFile(root, "");
    for (const [skill, input] of calls) await assert.rejects(run(skill, input), gone);
  });
});

Deno.test("the file skills refuse paths out of their folder by schema", async () => {
  await withFolders(async ({ root, outside }) => {
    const paths = [
      "..",
      "../root-outside/secret.txt",
      "a/../../x",
      `${outside}/secret.txt`,
      "/etc/passwd",
      "a\0b",
      "",
    ];
    for (const skill of [readFileSkill(root), listFilesSkill(root), writeFileSkill(root)]) {
      for (const path of paths) {
        assert.equal(skill.input.safeParse({ path, content: "x" }).success, false, path);
        // Whoever calls past the schema gets no further.
        await assert.rejects(
          async () => await skill.run({ path, content: "x", offset: 0 }, idleContext()),
          {
            name: "NotCapable",
          },
        );
      }
    }
  });
});

Deno.test("the file skills refuse links out of their folder, and follow those within", async () => {
  await withFolders(async ({ root, outside }) => {
    await Deno.symlink(outside, `${root}/out`);
    await Deno.symlink(`${outside}/secret.txt`, `${root}/secret.txt`);
    await Deno.writeTextFile(`${root}/real.txt`, "inside");
    await Deno.symlink(`${root}/real.txt`, `${root}/alias.txt`);
    const denied = { name: "NotCapable", message: /leads out of/ };
    await assert.rejects(run(readFileSkill(root), { path: "secret.txt" }), denied);
    await assert.rejects(run(readFileSkill(root), { path: "out/secret.txt" }), denied);
    await assert.rejects(run(listFilesSkill(root), { path: "out" }), denied);
    await assert.rejects(
      run(writeFileSkill(root), { path: "out/new/x.txt", content: "x" }),
      denied,
    );
    await run(writeFileSkill(root), { path: "secret.txt", content: "mine" });
    assert.deepEqual([...Deno.readDirSync(outside)].map((e) => e.name), ["secret.txt"]);
    assert.equal(await Deno.readTextFile(`${outside}/secret.txt`), "secret");
    assert.match(JSON.stringify(await run(readFileSkill(root), { path: "alias.txt" })), /inside/);
  });
});
