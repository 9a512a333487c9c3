import assert from "node:assert/strict";
import { ROOT } from "../program.ts";
import { EarlierProgram, NoEarlierProgram } from "./earlier_program.ts";

/** Whether this folder is a clone: a source archive is none. */
const HISTORY = await Deno.stat(`${ROOT}/.git`).then(() => true, () => false);

const told = (pattern: RegExp) => (error: unknown) =>
  error instanceof NoEarlierProgram && pattern.test(error.message);

Deno.test("EarlierProgram.unpack() says that there is no history", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(
    EarlierProgram.unpack({ ref: null, repository: folder }),
    told(/^There is no git history of Synapse in .*run it in a clone of the repository$/),
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "EarlierProgram.unpack() brings the sources of a commit (needs the git history)",
  ignore: !HISTORY,
  fn: async () => {
    const program = await EarlierProgram.unpack({ ref: "HEAD" });
    assert.match(program.commit, /^[0-9a-f]{40}$/);
    assert.ok((await Deno.stat(`${program.root}/runtime/main.ts`)).isFile);
    assert.equal(program.launch.at(-1), `${program.root}/runtime/main.ts`);
    await program[Symbol.asyncDispose]();
    await assert.rejects(Deno.stat(program.root), Deno.errors.NotFound);
  },
});

Deno.test({
  name: "EarlierProgram.unpack() chooses a commit by itself, and refuses what is none (as above)",
  ignore: !HISTORY,
  fn: async () => {
    await using program = await EarlierProgram.unpack({ ref: null });
    assert.ok((await Deno.stat(`${program.root}/deno.json`)).isFile, program.ref);
    await assert.rejects(
      EarlierProgram.unpack({ ref: "no-such-tag" }),
      told(/^no-such-tag is no commit of this history, wanted a commit, branch or tag; a shallow/),
    );
  },
});
