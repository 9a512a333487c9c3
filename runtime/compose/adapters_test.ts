import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";

/** A port whose adapters are chosen in `compose.ts`, and which modules are adapters. */
interface PortRule {
  readonly contract: string;
  /** Its first group is the adapter's name. */
  readonly adapter: RegExp;
}

const PORTS: readonly PortRule[] = [
  {
    contract: "runtime/journal/contract.ts",
    adapter: /^runtime\/journal\/(?!contract\/|migrations\/)(\w+)\//,
  },
  {
    contract: "runtime/streams/contract.ts",
    adapter: /^runtime\/streams\/(?!port\.|contract[./])(\w+)(?:\.ts$|\/)/,
  },
  { contract: "runtime/llm/contract.ts", adapter: /^runtime\/llm\/(openai|anthropic|demo)\.ts$/ },
  {
    contract: "runtime/memory/contract.ts",
    adapter: /^runtime\/memory\/(?!contract\/)(\w+)\//,
  },
];

/** Where adapters are chosen. */
const CHOOSER = /^runtime\/compose(\.ts|\/\w+(?<!_test)\.ts)$/;

/** Texts by path from the repository's root. */
type Files = ReadonlyMap<string, string>;

/** The local modules that a file imports. */
function importsOf(files: Files, path: string): string[] {
  const found = (files.get(path) ?? "").matchAll(/\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/g);
  return [...found].map(([, from, dynamic]) => join(dirname(path), from ?? dynamic ?? ""));
}

/** Whether a file imports another, directly or through files of its own folder. */
function reaches(files: Files, from: string, to: (path: string) => boolean): boolean {
  const seen = new Set<string>();
  const visit = (path: string): boolean => {
    if (seen.has(path)) return false;
    seen.add(path);
    return importsOf(files, path).some((next) =>
      to(next) || (dirname(next) === dirname(from) && visit(next))
    );
  };
  return visit(from);
}

/** The adapters that can be chosen, as `contract adapter`, of which no test runs the contract. */
function missingRuns(files: Files): string[] {
  const chosen = [...files.keys()].filter((path) => CHOOSER.test(path))
    .flatMap((path) => importsOf(files, path));
  const missing = new Set<string>();
  for (const { contract, adapter } of PORTS) {
    const tests = [...files.keys()].filter((path) =>
      path.endsWith("_test.ts") && reaches(files, path, (next) => next === contract)
    );
    for (const name of chosen.flatMap((path) => adapter.exec(path)?.[1] ?? [])) {
      const isAdapter = (path: string) => adapter.exec(path)?.[1] === name;
      const run = tests.some((test) => isAdapter(test) || reaches(files, test, isAdapter));
      if (!run) missing.add(`${contract} ${name}`);
    }
  }
  return [...missing];
}

async function readSources(folder: string, files = new Map<string, string>()): Promise<Files> {
  const root = new URL("../../", import.meta.url);
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) await readSources(`${path}/`, files);
    else if (path.endsWith(".ts")) files.set(path, await Deno.readTextFile(new URL(path, root)));
  }
  return files;
}

Deno.test("Every adapter that compose can choose runs its port's contract suite", async () => {
  const files = await readSources("runtime/");
  const chosen = [...files.keys()].filter((path) => CHOOSER.test(path));
  assert.ok(chosen.includes("runtime/compose.ts"));
  const journals = importsOf(files, "runtime/compose/open_journal.ts");
  assert.ok(journals.includes("runtime/journal/sqlite/open.ts"));
  assert.deepEqual(missingRuns(files), []);
});

const CHOICE = 'import { open } from "./journal/stone/open.ts";';

Deno.test("missingRuns() finds an adapter without a run", () => {
  const files = new Map([
    ["runtime/compose.ts", CHOICE],
    ["runtime/journal/stone/open_test.ts", 'import { open } from "./open.ts";'],
    ["runtime/journal/sqlite/a_test.ts", 'import { testJournal } from "../contract.ts";'],
  ]);
  assert.deepEqual(missingRuns(files), ["runtime/journal/contract.ts stone"]);
});

Deno.test("missingRuns() accepts a run through a module of the same folder", () => {
  const files = new Map([
    ["runtime/compose/providers.ts", 'await import("../llm/openai.ts")'],
    ["runtime/llm/wire_contract.ts", 'import { testModelProvider } from "./contract.ts";'],
    [
      "runtime/llm/openai_test.ts",
      'import "x"; import { a } from "./wire_contract.ts";\n' +
      'import { b } from "./openai.ts";',
    ],
  ]);
  assert.deepEqual(missingRuns(files), []);
  assert.deepEqual(missingRuns(new Map([...files].slice(0, 1))), [
    "runtime/llm/contract.ts openai",
  ]);
});
