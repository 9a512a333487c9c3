import assert from "node:assert/strict";
import { initdbArguments, postgresArguments, postgresUrl } from "./postgres_arguments.ts";

const place = { dataFolder: "/t/data", socketFolder: "/t", port: 20_000 };

Deno.test("initdbArguments() make a superuser who needs no password", () => {
  const args = initdbArguments("/t/data");
  for (const wanted of ["--pgdata=/t/data", "--username=synapse", "--auth=trust", "--no-sync"]) {
    assert.ok(args.includes(wanted), wanted);
  }
  assert.equal(postgresUrl(20_000), "postgres://synapse@127.0.0.1:20000/postgres");
});

Deno.test("postgresArguments() keep the server on loopback and its socket in its folder", () => {
  const args = postgresArguments(place);
  assert.deepEqual(args.slice(0, 4), ["-D", "/t/data", "-p", "20000"]);
  assert.ok(args.includes("listen_addresses=127.0.0.1"));
  assert.ok(args.includes("unix_socket_directories=/t"));
});

Deno.test("postgresArguments() let the caller's settings win", () => {
  const args = postgresArguments(place, { fsync: "on", work_mem: "1MB" });
  assert.ok(args.includes("fsync=on") && args.includes("work_mem=1MB"));
  assert.ok(!args.includes("fsync=off"));
});
