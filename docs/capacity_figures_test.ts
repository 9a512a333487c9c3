import assert from "node:assert/strict";
import { marked, type Token, type Tokens } from "marked";

type Row = Readonly<Record<string, string>>;

const read = (path: string) => Deno.readTextFileSync(new URL(path, import.meta.url));

const isTable = (token: Token): token is Tokens.Table => token.type === "table";

/** The first table after some words, each row by its heads. */
function tableAfter(text: string, words: string): Row[] {
  const [before, after] = text.split(words);
  assert.ok(before !== undefined && after !== undefined, `${words} is not there, or twice`);
  const table = marked.lexer(after).find(isTable);
  assert.ok(table, `no table after ${words}`);
  return table.rows.map((cells) =>
    Object.fromEntries(cells.map(({ text }, i) => [table.header[i]?.text ?? "", text]))
  );
}

const bench = read("../bench/README.md");
const measured = {
  "engine alone": tableAfter(bench, "### On Postgres"),
  "over HTTP": tableAfter(bench, "### Over HTTP"),
};

Deno.test("docs/operations.md has the figures of bench/README.md", () => {
  const rows = tableAfter(read("operations.md"), "**Measured.**");
  assert.equal(rows.length, 6);
  for (const [what, source] of Object.entries(measured)) {
    const own = rows.filter((row) => row.What === what);
    assert.deepEqual(own.map((row) => row["Sessions at once"]), ["1", "64", "256"]);
    for (const row of own) {
      const same = source.find((one) => one["Sessions at once"] === row["Sessions at once"]);
      assert.deepEqual(
        [row["Turns/s"], row["p99 ms"], row["Node, ms"], row["Postgres, ms"], row["Log, bytes"]],
        [
          same?.["Turns/s"],
          same?.["p99 ms"],
          same?.["CPU ms per turn, node"],
          same?.Postgres,
          same?.["Log bytes per turn"],
        ],
        `${what}, ${row["Sessions at once"]}`,
      );
    }
  }
});

Deno.test("docs/scaling.md has the bounds of what bench/README.md has of the engine", () => {
  const rows = tableAfter(read("scaling.md"), "## What a turn costs");
  const [alone, ...busy] = measured["engine alone"];
  const bounds = (head: string) => {
    const values = busy.map((row) => row[head] ?? "").sort((a, b) => Number(a) - Number(b));
    return `${values[0]} to ${values.at(-1)} ms`;
  };
  const heads = { "the node": "CPU ms per turn, node", Postgres: "Postgres" };
  for (const [what, head] of Object.entries(heads)) {
    const row = rows.find((one) => one.What === `Processor, ${what}`);
    assert.equal(row?.["16 sessions and more"], bounds(head));
    assert.equal(row?.["One session"], `${alone?.[head]} ms`);
  }
});
