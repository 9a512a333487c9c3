import assert from "node:assert/strict";
import { createWorld, fakeNode, problem, runCli } from "./fake_node.ts";
import { runCommandLine } from "./program.ts";

const ITEM = {
  id: "mem_1",
  agent: "assistant",
  session: "ses_1",
  kind: "preference",
  text: "Ada likes tea",
  at: "2026-01-01T00:00:00.000Z",
  score: null,
};

const run = (node: { url: string }, ...args: string[]) =>
  runCli(["memory", ...args, "--url", node.url]);

Deno.test("memory search and ls ask for what is wanted, and show it", async () => {
  await using node = fakeNode({
    "GET /api/v1/memory": ({ path }) => ({
      items: [{ ...ITEM, score: path.includes("q=") ? 0.5 : null }],
      next: null,
    }),
  });
  const found = await run(node, "search", "what tea", "--kind", "preference", "--mode", "lexical");
  assert.match(found.stdout, /^0\.500 +mem_1 +preference +Ada likes tea$/m);
  const listed = await run(node, "ls", "--agent", "assistant", "--before", "2026-02-01T00:00:00Z");
  assert.match(
    listed.stdout,
    /^mem_1 +preference +assistant +ses_1 +2026-01-01\S+ +Ada likes tea$/m,
  );
  assert.deepEqual(node.seen.map(({ path }) => path), [
    "/api/v1/memory?kind=preference&mode=lexical&q=what+tea&limit=10",
    "/api/v1/memory?agent=assistant&before=2026-02-01T00%3A00%3A00Z&limit=50",
  ]);
  assert.equal((await run(node, "ls", "--kind", "secret")).exit, 2);
});

Deno.test("memory forget takes ids or a filter, and not neither", async () => {
  await using node = fakeNode({
    "DELETE /api/v1/memory": () => ({ forgotten: 7 }),
    "DELETE /api/v1/memory/mem_1": () => ({ forgotten: 1 }),
    "DELETE /api/v1/memory/mem_2": () => problem(404, "memory_not_found", "Memory has no item"),
  });
  assert.equal((await run(node, "forget", "mem_1")).stdout, "Forgot 1 item\n");
  assert.equal((await run(node, "forget", "--session", "ses_1")).stdout, "Forgot 7 items\n");
  assert.equal(node.seen.at(-1)?.path, "/api/v1/memory?session=ses_1");
  const missing = await run(node, "forget", "mem_2");
  assert.notEqual(missing.exit, 0);
  assert.match(missing.stderr, /Memory has no item/);
  const some = await run(node, "forget", "mem_2", "mem_1", "mem_2");
  assert.deepEqual([some.exit, some.stdout], [4, "Forgot 1 item\n"]);
  assert.match(some.stderr, /Memory has no item mem_2, mem_2/);
  const requests = node.seen.length;
  assert.equal((await run(node, "forget")).exit, 2);
  assert.equal((await run(node, "forget", "mem_1", "--agent", "a")).exit, 2);
  assert.equal(node.seen.length, requests);
});

Deno.test("memory stats says how much there is and how it is found", async () => {
  await using node = fakeNode({
    "GET /api/v1/memory/stats": () => ({
      carrier: "SQLite file memory.db",
      items: 3,
      by_kind: { fact: 2, episode: 0, preference: 1, procedure: 0 },
      dense: false,
    }),
  });
  const { stdout } = await run(node, "stats");
  assert.match(stdout, /^carrier +SQLite file memory\.db$/m);
  assert.match(stdout, /^found +by words only$/m);
  assert.match(stdout, /^fact +2$/m);
});

const lines = (...all: object[]) =>
  new Response(all.map((line) => JSON.stringify(line) + "\n").join(""), {
    headers: { "content-type": "application/x-ndjson" },
  });

const HALF = { sessions: 1, sessions_total: 2, items: 5, items_total: 12 };
const DONE = { sessions: 2, sessions_total: 2, items: 10, items_total: 12, done: true };

Deno.test("memory reindex shows a bar to whoever watches, and what came of it", async () => {
  await using node = fakeNode({ "POST /api/v1/memory/reindex": () => lines(HALF, DONE) });
  const { world, written } = createWorld();
  const watched = { ...world, terminal: { ...world.terminal, watched: true } };
  assert.equal(await runCommandLine(["memory", "reindex", "--url", node.url], watched), 0);
  assert.equal(
    written.stdout,
    "Built the index of 10 items from 2 sessions; 2 of those noted were forgotten\n",
  );
  assert.match(written.stderr, /\[#{15}\.{15}\] 50% 5 of 12 items, 1 of 2 sessions\n/);
  assert.match(written.stderr, /\[#{30}\]100%/);
  const quiet = await run(node, "reindex", "--tenant", "default", "--json");
  assert.equal(node.seen.at(-1)?.path, "/api/v1/memory/reindex?tenant=default");
  assert.equal(quiet.stderr, "");
  assert.deepEqual(quiet.stdout.trim().split("\n").map((line) => JSON.parse(line)), [HALF, DONE]);
});

Deno.test("memory reindex fails with the node's reason, or when the node breaks off", async () => {
  const error = { code: "memory_unavailable", message: "Index is down" };
  const answers = [
    lines(HALF, { ...HALF, error }),
    lines(HALF),
    problem(429, "memory_busy", "Busy"),
  ];
  await using node = fakeNode({ "POST /api/v1/memory/reindex": () => answers.shift() });
  const failed = await run(node, "reindex");
  assert.equal(failed.exit, 1);
  assert.match(failed.stderr, /The index stays as it was: Index is down/);
  assert.match((await run(node, "reindex")).stderr, /broke off/);
  assert.match((await run(node, "reindex")).stderr, /Busy/);
});
