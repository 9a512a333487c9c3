/**
 * Test support: skills that note each of their runs in a file, so that runs can be counted whatever
 * becomes of the node.
 *
 * @module
 */

/** Where runs are noted: one idempotency key a line. */
const FILE = "ledger";

/** What a skill of the ledger is like. */
export interface LedgerSkill {
  readonly name: string;
  readonly idempotent: boolean;
  readonly risk?: number;
  /** Whether it can look up in the file whether a call was done. */
  readonly lookup?: boolean;
  /** Milliseconds between its note and its end. */
  readonly ms?: number;
  /** How often it notes its run, once every `ms`; once unless given. */
  readonly notes?: number;
}

/** The text of a skill file. Its input is `{text}`; it answers `NAME did TEXT`. */
export function ledgerSkill(root: string, skill: LedgerSkill): string {
  const { name, idempotent, risk = 0, lookup = false, ms = 30, notes = 1 } = skill;
  const file = JSON.stringify(`${root}/${name}.${FILE}`);
  return `
export default ({ defineSkill, z }) => defineSkill({
  name: ${JSON.stringify(name)},
  description: "Notes each run.",
  input: z.object({ text: z.string() }),
  risk: ${risk},
  idempotent: ${idempotent},
  capabilities: ["write:" + ${file}${lookup ? `, "read:" + ${file}` : ""}],
  async run({ text }, { idempotencyKey }) {
    const line = idempotencyKey + " " + text + "\\n";
    for (let i = 0; i < ${notes}; i++) {
      await Deno.writeTextFile(${file}, line, { append: true });
      await new Promise((resolve) => setTimeout(resolve, ${ms}));
    }
    return ${JSON.stringify(name)} + " did " + text;
  },
  ${lookup ? lookupText(name, file) : ""}
});
`;
}

function lookupText(name: string, file: string): string {
  return `async lookup(key) {
    const text = await Deno.readTextFile(${file}).catch(() => "");
    const line = text.split("\\n").find((line) => line.startsWith(key + " "));
    return line === undefined
      ? { done: false }
      : { done: true, output: ${JSON.stringify(name)} + " did " + line.slice(key.length + 1) };
  },`;
}

/** A run that a skill noted. */
export interface LedgerEntry {
  readonly key: string;
  readonly text: string;
}

/** All runs of a skill, in order. */
export async function ledgerOf(root: string, name: string): Promise<readonly LedgerEntry[]> {
  const lines = await readLines(`${root}/${name}.${FILE}`);
  return lines.map((line) => {
    const space = line.indexOf(" ");
    return { key: line.slice(0, space), text: line.slice(space + 1) };
  });
}

async function readLines(path: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
  } catch (error) {
    // Nothing has run yet.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
