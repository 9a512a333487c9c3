import assert from "node:assert/strict";
import { ReleaseError } from "./release_error.ts";
import { readRevision } from "./revision.ts";

/** Lends a folder with one file. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_revision_" });
  try {
    await Deno.writeTextFile(`${folder}/a.ts`, "1\n");
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  const { stdout, success } = await new Deno.Command("git", {
    args: ["-C", folder, ...who, ...args],
  }).output();
  assert.ok(success, args.join(" "));
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("readRevision() is the commit of a checkout, and says when files were changed", async () => {
  await withFolder(async (folder) => {
    assert.equal(await readRevision(folder), "unknown");
    await git(folder, "init", "--quiet");
    assert.equal(await readRevision(folder), "unknown");
    await git(folder, "add", "a.ts");
    await git(folder, "commit", "--quiet", "--message", "a");
    const commit = await git(folder, "rev-parse", "HEAD");
    assert.match(commit, /^[0-9a-f]{40}$/);
    assert.equal(await readRevision(folder), commit);
    await Deno.writeTextFile(`${folder}/note.txt`, "git does not know it\n");
    assert.equal(await readRevision(folder), commit);
    await Deno.writeTextFile(`${folder}/a.ts`, "2\n");
    assert.equal(await readRevision(folder), `${commit}-modified`);
    // Sources in the checkout of something else.
    await Deno.mkdir(`${folder}/vendor`);
    assert.equal(await readRevision(`${folder}/vendor`), "unknown");
  });
});

Deno.test("readRevision() takes the revision that is named, if it can be one", async () => {
  await withFolder(async (folder) => {
    assert.equal(await readRevision(folder, "v3.1.0"), "v3.1.0");
    assert.equal(await readRevision(folder, ""), "unknown");
    assert.equal(await readRevision(folder, "unknown"), "unknown");
    for (const named of ["a b", '";evil("', "-f", "x".repeat(101)]) {
      await assert.rejects(readRevision(folder, named), ReleaseError, named);
    }
  });
});
