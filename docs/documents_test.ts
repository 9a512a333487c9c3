import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import GithubSlugger from "github-slugger";
import { marked, type Token } from "marked";
import { METRIC_DEFINITIONS, metricName } from "../runtime/telemetry/metric_definitions.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Folders with documents that are not ours, or none. */
const SKIPPED = new Set([".git", "node_modules", "data", "dist", "user_skills"]);

/** What looks like a metric and is none: volumes, collections, users of a database. */
const OTHER_NAMES = new Set(["synapse_data", "synapse_memory", "synapse_node"]);

/** Folders that paths in documents begin at, besides the repository's own. */
const BEGINNINGS = ["", "deploy/k8s/"] as const;

/** What looks like a path of ours and is one of another repository. */
const OTHER_PATHS = new Set(["docs/redoc/master/openapi.json"]);

/** What Prometheus appends to the name of a histogram. */
const SUFFIXES = /_(bucket|count|sum)$/;

interface Document {
  readonly path: string;
  readonly text: string;
  /** Targets of links and images. */
  readonly links: readonly string[];
  /** What is set as code, in a line or by itself. */
  readonly code: readonly string[];
  /** What a link can name in it. */
  readonly anchors: ReadonlySet<string>;
}

function read(path: string, text: string): Document {
  const slugger = new GithubSlugger();
  const links: string[] = [];
  const code: string[] = [];
  const anchors = new Set<string>();
  marked.walkTokens(marked.lexer(text), (token: Token) => {
    if (token.type === "link" || token.type === "image") links.push(token.href);
    if (token.type === "codespan" || token.type === "code") code.push(token.text);
    if (token.type === "heading") anchors.add(slugger.slug(plain(token.tokens ?? [])));
    if (token.type === "html") {
      for (const [, name] of token.text.matchAll(/<a id="([^"]+)"/g)) anchors.add(name!);
    }
  });
  return { path, text, links, code, anchors };
}

/** The text of a heading without its marks. */
function plain(tokens: readonly Token[]): string {
  return tokens.map((token) =>
    "tokens" in token && token.tokens ? plain(token.tokens) : "text" in token ? token.text : ""
  ).join("");
}

async function documents(folder = ROOT): Promise<Document[]> {
  const found: Document[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory && !SKIPPED.has(entry.name)) found.push(...await documents(path));
    if (entry.isFile && entry.name.endsWith(".md")) {
      found.push(read(relative(ROOT, path), await Deno.readTextFile(path)));
    }
  }
  return found;
}

/** The links of a document that lead nowhere. */
async function brokenLinks(
  { path, links }: Document,
  all: ReadonlyMap<string, Document>,
): Promise<string[]> {
  const broken: string[] = [];
  for (const link of links.filter((link) => !/^(https?|mailto):/.test(link))) {
    const [file = "", anchor] = decodeURIComponent(link).split("#");
    const target = file === "" ? path : join(dirname(path), file);
    const exists = all.has(target) ||
      await Deno.stat(join(ROOT, target)).then(() => true, () => false);
    const has = anchor === undefined || all.get(target)?.anchors.has(anchor) === true;
    if (!exists || !has) broken.push(`${path}: ${link}`);
  }
  return broken;
}

/** The folders that a path in code may begin with, each with where it lies. */
async function folders(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const beginning of BEGINNINGS) {
    for await (const { name, isDirectory } of Deno.readDir(ROOT + beginning)) {
      if (isDirectory && !SKIPPED.has(name)) found.set(name, beginning);
    }
  }
  return found;
}

/** The paths of the repository that a document has in code and that are not there. */
async function brokenPaths(
  { path, code }: Document,
  folders: ReadonlyMap<string, string>,
): Promise<string[]> {
  const broken: string[] = [];
  const pattern = /(?<![\w./:@$~{-])(?:\.\/)?([\w.-]+)(\/[\w./@-]*)/g;
  for (const [, folder = "", rest = ""] of code.flatMap((text) => [...text.matchAll(pattern)])) {
    const beginning = folders.get(folder);
    const target = `${folder}${rest}`.replace(/[./]+$/, "");
    if (beginning === undefined || OTHER_PATHS.has(target)) continue;
    const exists = await Deno.stat(ROOT + beginning + target).then(() => true, () => false);
    if (!exists) broken.push(`${path}: ${target}`);
  }
  return broken;
}

Deno.test("Paths of the repository that documents have in code are there", async () => {
  const known = await folders();
  for (const name of ["docs", "runtime", "overlays", ".ci"]) assert.ok(known.has(name), name);
  const broken = await Promise.all((await documents()).map((one) => brokenPaths(one, known)));
  assert.deepEqual(broken.flat(), []);
});

Deno.test("A path in code that leads nowhere is found", async () => {
  const text = "`docs/gone.md` `docs/start.md` `overlays/gone/` `./deploy/gone.ts` `deploy/*/x`\n" +
    "`/opt/docs/x` `$DOCS/docs/x` `../docs/x` `synapse/core:3`\n\n    cat docs/lost.md, deploy/k8s/.\n";
  assert.deepEqual(await brokenPaths(read("docs/here.md", text), await folders()), [
    "docs/here.md: docs/gone.md",
    "docs/here.md: overlays/gone",
    "docs/here.md: deploy/gone.ts",
    "docs/here.md: docs/lost.md",
  ]);
});

Deno.test("Links between documents lead to files and headings that exist", async () => {
  const all = new Map((await documents()).map((document) => [document.path, document]));
  assert.ok(all.size > 50, `only ${all.size} documents were read`);
  const broken = await Promise.all([...all.values()].map((one) => brokenLinks(one, all)));
  assert.deepEqual(broken.flat(), []);
});

Deno.test("A link that leads nowhere is found", async () => {
  const here = read("docs/here.md", "# A `b`\n[1](gone.md) [2](#a-b) [3](#c) [4](../README.md#no)");
  const readme = read("README.md", "# Synapse");
  const all = new Map([here, readme].map((document) => [document.path, document]));
  assert.deepEqual(await brokenLinks(here, all), [
    "docs/here.md: gone.md",
    "docs/here.md: #c",
    "docs/here.md: ../README.md#no",
  ]);
});

Deno.test("Documents name metrics only that a node exports", async () => {
  const exported = new Set(Object.keys(METRIC_DEFINITIONS).map(metricName));
  const unknown = (await documents()).flatMap(({ path, text }) =>
    [...text.matchAll(/\bsynapse_[a-z_]*[a-z]\b(?![/.:-]\w)/g)]
      .map(([name]) => name)
      .filter((name) =>
        !OTHER_NAMES.has(name) && !exported.has(name) && !exported.has(name.replace(SUFFIXES, ""))
      )
      .map((name) => `${path}: ${name}`)
  );
  assert.deepEqual(unknown, []);
});

/** Calls of a logger, up to their end, with the level. */
const LOG_CALLS = /\blog(?:ger)?\??\.(debug|info|warn|error)\(([\s\S]*?)\);?\n/g;

/** A search of a node's log in a document: the options of grep, and the pattern. */
const LOG_SEARCHES = /\b(?:journalctl|logs)\b[^\n]*?\|\s*grep((?:\s+-\w+)*)\s+(?:'([^']+)'|(\S+))/g;

/** The lines that nodes may log, each with its level and its message alone. */
async function logLines(folder = `${ROOT}runtime`): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await logLines(path));
    if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
    for (const [, level, call = ""] of (await Deno.readTextFile(path)).matchAll(LOG_CALLS)) {
      for (const [, message] of call.matchAll(/["`]([^"`\n]+)["`]/g)) {
        found.push(JSON.stringify({ level, message }));
      }
    }
  }
  return found;
}

/** What a document has people search a log for, and no line has. */
function vainSearches({ path, code }: Document, lines: readonly string[]): string[] {
  return code.flatMap((text) => [...text.matchAll(LOG_SEARCHES)])
    .flatMap(([, options = "", quoted, bare = ""]) => {
      const pattern = quoted ?? bare;
      const flags = /-\w*i/.test(options) ? "i" : "";
      const parts = /-\w*E/.test(options) ? pattern.split("|") : [pattern];
      return parts.filter((part) => !lines.some((line) => new RegExp(part, flags).test(line)));
    })
    .map((part) => `${path}: ${part}`);
}

Deno.test("What documents search a node's log for can be in it", async () => {
  const lines = await logLines();
  assert.ok(lines.length > 30, `only ${lines.length} messages were found`);
  const all = await documents();
  const searches = all.flatMap(({ code }) =>
    code.flatMap((text) => [...text.matchAll(LOG_SEARCHES)])
  );
  assert.ok(searches.length >= 5, `only ${searches.length} searches were found`);
  assert.deepEqual(all.flatMap((one) => vainSearches(one, lines)), []);
});

Deno.test("A search of a log that finds nothing is found", () => {
  const lines = [JSON.stringify({ level: "warn", message: "Leases expire" })];
  const text = "`journalctl -u synapse | grep -E 'fenced|lease'`\n\n" +
    "    kubectl logs x | grep -i leases\n    journalctl | grep -iE 'lease|zebra' | tail -5\n" +
    '    journalctl --lines 5 | grep \'"level":"error"\'\n    ls | grep anything\n';
  assert.deepEqual(vainSearches(read("docs/here.md", text), lines), [
    "docs/here.md: fenced",
    "docs/here.md: lease",
    "docs/here.md: zebra",
    'docs/here.md: "level":"error"',
  ]);
});
