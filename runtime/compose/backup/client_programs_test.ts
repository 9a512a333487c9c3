import assert from "node:assert/strict";
import { libpqVariables } from "./client_programs.ts";

Deno.test("libpqVariables() leads the client programs to where an address leads the driver", () => {
  assert.deepEqual(libpqVariables("postgres://me:p%40ss%2F%3A@db:6543/synapse?sslmode=require"), {
    PGUSER: "me",
    PGPASSWORD: "p@ss/:",
    PGHOST: "db",
    PGPORT: "6543",
    PGDATABASE: "synapse",
    PGSSLMODE: "require",
  });
  const many =
    "postgresql://me@a,b:5433,[::1]:5434/x?target_session_attrs=read-write&search_path=y";
  const found = {
    PGUSER: "me",
    PGHOST: "a,b,::1",
    PGPORT: "5432,5433,5434",
    PGDATABASE: "x",
    PGTARGETSESSIONATTRS: "read-write",
  };
  assert.deepEqual(libpqVariables(many), found);
  // Of a standby a backup would lack what that has not been told yet.
  assert.deepEqual(libpqVariables(many.replace("target_session_attrs=read-write&", "")), found);
});

Deno.test("libpqVariables() leaves to the environment what an address does not say", () => {
  assert.deepEqual(libpqVariables("postgres:///x?host=%2Frun%2Fpostgresql&ssl=true"), {
    PGHOST: "/run/postgresql",
    PGDATABASE: "x",
    PGSSLMODE: "verify-full",
  });
  assert.deepEqual(libpqVariables("postgres://db"), { PGHOST: "db", PGPORT: "5432" });
});

Deno.test("libpqVariables() has the client programs believe the authorities that the driver believes", () => {
  const believed = (query: string, env: Record<string, string> = {}) => {
    const { PGSSLMODE, PGSSLROOTCERT } = libpqVariables(`postgres://db/x${query}`, env);
    return [PGSSLMODE, PGSSLROOTCERT];
  };
  const env = { DENO_CERT: "/ca/deno.pem" };
  assert.deepEqual(believed("?sslmode=verify-full", env), ["verify-full", "/ca/deno.pem"]);
  assert.deepEqual(believed("?sslrootcert=/ca/url.pem", env), ["verify-full", "/ca/url.pem"]);
  const own = { ...env, PGSSLROOTCERT: "/ca/libpq.pem" };
  assert.deepEqual(believed("?sslmode=verify-full", own), ["verify-full", "/ca/libpq.pem"]);
  // libpq would verify if it knew a file.
  assert.deepEqual(believed("?sslmode=require", env), ["require", undefined]);
  assert.deepEqual(believed("", env), [undefined, undefined]);
});
