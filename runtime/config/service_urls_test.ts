import assert from "node:assert/strict";
import { parseRedisUrl } from "../streams/redis/url.ts";
import { loadConfig } from "../config.ts";
import { sourceOf } from "./testing.ts";
import { readDatabaseUrl, readRedisUrl, shownAddress, withPassword } from "./service_urls.ts";

Deno.test("readDatabaseUrl() takes files, relative and absolute", () => {
  const cases: [string, string][] = [
    ["sqlite:data/x.db", "data/x.db"],
    ["sqlite:./x.db", "./x.db"],
    ["sqlite:/var/lib/x.db", "/var/lib/x.db"],
    ["sqlite:///var/lib/x.db", "/var/lib/x.db"],
    ["sqlite:my data/x.db", "my data/x.db"],
  ];
  for (const [text, path] of cases) {
    assert.deepEqual(readDatabaseUrl(text), { kind: "sqlite", path }, text);
  }
});

Deno.test("readDatabaseUrl() takes addresses of Postgres, several hosts and parameters too", () => {
  const good = [
    "postgres://db/synapse",
    "postgresql://synapse@db.example.org:5432/synapse",
    "postgres://synapse:p%40ss%2Fword@10.0.0.1/synapse?sslmode=require",
    "postgres://a:b@db1:5432,db2:5433/synapse?target_session_attrs=read-write",
    "postgres://synapse@%2Fvar%2Frun%2Fpostgresql/synapse",
    "postgres://db",
  ];
  for (const url of good) assert.deepEqual(readDatabaseUrl(url), { kind: "postgres", url }, url);
});

Deno.test("readDatabaseUrl() refuses everything else", () => {
  const bad = [
    "sqlite:",
    "sqlite://x.db",
    "sqlite::memory:",
    "mysql://db/x",
    "postgres:db",
    "postgres:///x",
    "postgres://u:p@ss@db/x",
    "postgres://u:a/b@db/x",
    "postgres://u:%zz@db/x",
    "postgres://db/a/b",
    "postgres://db/x#y",
    "postgres://db:65536/x",
    "db:5432",
  ];
  for (const url of bad) assert.equal(readDatabaseUrl(url), undefined, url);
});

Deno.test("readRedisUrl() takes one server, Sentinel and Cluster, and refuses everything else", () => {
  const good = [
    "redis://cache",
    "redis://cache:6379/0",
    "redis://:secret@cache:6379/3",
    "rediss://user:se%40cret@cache.example.org:6380",
    "redis://[::1]:6379",
    "redis+sentinel://s1:26379,s2:26379,s3/mymaster",
    "redis+sentinel://:secret@s1:26379/mymaster/2",
    "redis+cluster://n1:6379,n2:6379",
    "redis+cluster://user:secret@n1:7000",
  ];
  for (const url of good) {
    assert.equal(readRedisUrl(url), url);
    assert.doesNotThrow(() => parseRedisUrl(url), url);
  }
  const bad = [
    "cache:6379",
    "http://cache",
    "redis://",
    "redis://cache/one",
    "redis://cache:0",
    "redis://cache:65536",
    "redis://cache?db=1",
    "redis://a,b",
    "redis://u:p@ss@cache",
    "redis+sentinel://s1:26379",
    "redis+cluster://",
    "redis+cluster://n1/0",
  ];
  for (const url of bad) assert.equal(readRedisUrl(url), undefined, url);
});

Deno.test("withPassword() fills in the password where there is none, whatever is in it", () => {
  const cases: [string, string, string][] = [
    ["postgres://me@db/x", "p@s/s%", "postgres://me:p%40s%2Fs%25@db/x"],
    ["postgres://me:@db/x", "p", "postgres://me:p@db/x"],
    ["postgres://db1:1,db2:2/x?a=b", "p", "postgres://:p@db1:1,db2:2/x?a=b"],
    ["postgres://me:own@db/x", "p", "postgres://me:own@db/x"],
  ];
  for (const [url, password, wanted] of cases) {
    assert.equal(withPassword(url, password), wanted);
    assert.ok(readDatabaseUrl(wanted), wanted);
  }
});

Deno.test("shownAddress() tells the scheme and the length, and nothing else", () => {
  assert.equal(shownAddress("postgres://me:hunter2"), '"postgres://***" (21 characters)');
  assert.equal(shownAddress("redis+cluster://a b"), '"redis+cluster://***" (19 characters)');
  assert.equal(shownAddress("hunter2"), '"***" (7 characters)');
});

Deno.test("loadConfig() takes the journal's place and the streams' from the environment", () => {
  const journal = (env: Record<string, string>) => {
    const { synchronous: _, partitions, ...rest } =
      loadConfig(sourceOf(env, "journal: { partitions: 7 }")).journal;
    assert.equal(partitions, 7);
    return rest;
  };
  const file = (path: string) => ({ kind: "sqlite", path });
  const database = (url: string) => ({ kind: "postgres", url });
  assert.deepEqual(
    journal({ SYNAPSE_DATA_DIR: "/var/lib/s" }),
    file("/var/lib/s/synapse.db"),
  );
  assert.deepEqual(
    journal({ DATABASE_URL: "sqlite:x.db", DB_PASSWORD: "p" }),
    file("/srv/node/x.db"),
  );
  const DATABASE_URL = "postgres://me@db/x";
  assert.deepEqual(journal({ DATABASE_URL }), database(DATABASE_URL));
  assert.deepEqual(
    journal({ DATABASE_URL, DB_PASSWORD: "a/b" }),
    database("postgres://me:a%2Fb@db/x"),
  );
  const own = "postgres://me:own@db/x";
  assert.deepEqual(journal({ DATABASE_URL: own, DB_PASSWORD: "p" }), database(own));
  const REDIS_URL = "redis://cache:6379";
  assert.deepEqual(loadConfig(sourceOf({ REDIS_URL })).redis, {
    url: REDIS_URL,
    namespace: "synapse",
  });
  const { redis } = loadConfig(sourceOf({ REDIS_URL }, "redis: { namespace: shop }"));
  assert.deepEqual(redis, { url: REDIS_URL, namespace: "shop" });
});
