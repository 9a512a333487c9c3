import assert from "node:assert/strict";
import { VERSION } from "../../runtime/version.ts";
import { checksumLine, CHECKSUMS_NAME } from "./checksums.ts";
import { makeRelease, type Release } from "./release.ts";
import { ReleaseError } from "./release_error.ts";
import { type Binary, TARGETS } from "./targets.ts";

const REVISION = "0123abcd";

/** A program that says what it is, in the place of the whole one. */
const program = (revision = REVISION) =>
  `console.log(${JSON.stringify(JSON.stringify({ version: VERSION, revision }, null, 2))});\n`;

/** Packing is looked at here, not running, so any program does as the runtime: this Deno. */
const STAND_IN = Deno.execPath();

const OWN: Binary = { file: "synapse", target: Deno.build.target };
const other = Object.entries(TARGETS).find(([name, target]) =>
  name.startsWith("linux") && target !== Deno.build.target
)!;
const OTHER: Binary = { file: `synapse-${other[0]}`, target: other[1] };

/** A folder for releases of a small program. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "synapse_release_" });
  readonly lines: string[] = [];

  make(more: Partial<Release> = {}, text = program()): Promise<void> {
    this.lines.length = 0;
    return makeRelease({
      folder: this.path,
      binaries: [],
      bundle: (file) => Deno.writeTextFile(file, text),
      revision: REVISION,
      standIn: STAND_IN,
      print: (line) => this.lines.push(line),
      ...more,
    });
  }

  /** The names in the checksums, after looking at each checksum; null if there are none. */
  async listed(): Promise<string[] | null> {
    const path = `${this.path}/${CHECKSUMS_NAME}`;
    const text = await Deno.readTextFile(path).catch(() => null);
    if (text === null) return null;
    const names = [...text.matchAll(/^[0-9a-f]{64} {2}(.+)\n/gm)].map(([, name]) => name!);
    const lines = names.map(async (name) =>
      await checksumLine(name, await Deno.readFile(`${this.path}/${name}`))
    );
    assert.equal((await Promise.all(lines)).join(""), text);
    return names.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("makeRelease() lists the bundle and all binaries that hold it, also of an earlier run", async () => {
  await using folder = new Folder();
  await folder.make({ binaries: [OWN] });
  assert.deepEqual(await folder.listed(), ["synapse", "synapse.js"]);
  assert.match(folder.lines[0]!, /^synapse\.js {2}0\.0 MB {2}starts in \d+ ms$/);
  assert.match(
    folder.lines[1]!,
    /^synapse {2}\d+\.\d MB {2}not run: DENORT_BIN names its runtime$/,
  );
  await Deno.writeTextFile(`${folder.path}/synapse.txt`, program());
  await folder.make();
  assert.deepEqual(await folder.listed(), ["synapse", "synapse.js"]);
  await folder.make({}, `// Other\n${program()}`);
  assert.deepEqual(await folder.listed(), ["synapse.js"]);
  assert.equal(folder.lines[1], "synapse holds another bundle: it is not in SHA256SUMS");
});

Deno.test("makeRelease() leaves no checksums when a binary is not for its machine", async () => {
  await using folder = new Folder();
  await folder.make();
  await assert.rejects(folder.make({ binaries: [OTHER] }), ReleaseError);
  assert.equal(await folder.listed(), null);
  await assert.rejects(Deno.stat(`${folder.path}/${OTHER.file}`), Deno.errors.NotFound);
});

Deno.test("makeRelease() requires that the program says its version and revision", async () => {
  await using folder = new Folder();
  const made = folder.make({}, program("unknown"));
  await assert.rejects(made, /says .*"unknown".*, wanted .*"revision": "0123abcd"/s);
  assert.equal(await folder.listed(), null);
});
