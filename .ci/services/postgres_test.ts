import assert from "node:assert/strict";
import postgres from "postgres";
import { postgresReady, startPostgres } from "./postgres.ts";
import { anyLives } from "./process_tree.ts";

Deno.test("startPostgres() keeps its data and its port through a restart and kill -9", async () => {
  const server = await startPostgres();
  const { url } = server;
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`create table kept (n int)`;
    await sql`insert into kept values (1)`;
    await server.restart();
    await sql`insert into kept values (2)`;

    const { pid } = server;
    await server.kill();
    assert.equal(server.pid, null);
    assert.equal(await postgresReady(server.port), false);
    await server.start();
    assert.notEqual(server.pid, pid);
    assert.equal(server.url, url);
    assert.deepEqual([...await sql`select n from kept order by n`], [{ n: 1 }, { n: 2 }]);
  } finally {
    await sql.end({ timeout: 0 });
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("startPostgres() gives a server that stands still while it is paused", async () => {
  await using server = await startPostgres();
  const sql = postgres(server.url, { max: 1 });
  try {
    await sql`select 1`;
    await server.pause();
    let answered = false;
    const answer = sql`select 2 as n`.then((rows) => {
      answered = true;
      return rows;
    });
    assert.equal(await postgresReady(server.port), false);
    assert.equal(answered, false);
    await server.resume();
    assert.deepEqual([...await answer], [{ n: 2 }]);
  } finally {
    await sql.end({ timeout: 0 });
  }
});

Deno.test("startPostgres() takes settings, and leaves neither process nor folder behind", async () => {
  const server = await startPostgres({ settings: { work_mem: "7MB" } });
  const sql = postgres(server.url, { max: 1 });
  const [row] = await sql`show work_mem`;
  assert.equal(row?.work_mem, "7MB");
  await sql.end({ timeout: 0 });

  const { pid } = server;
  assert.ok(pid !== null);
  await server.pause(); // Stopping is no use if it waits for one who sleeps.
  await server[Symbol.asyncDispose]();
  assert.equal(await anyLives([pid]), false);
  await assert.rejects(server.log(), Deno.errors.NotFound);
});

Deno.test("startPostgres() fails with the server's own words", async () => {
  await assert.rejects(startPostgres({ settings: { max_connections: "many" } }), {
    name: "ServiceError",
    message: /^Cannot start Postgres: it ended before it was ready\n.*max_connections/s,
  });
});
