import assert from "node:assert/strict";
import { parseRedisUrl } from "./url.ts";

Deno.test("parseRedisUrl() reads one server, with what is usual where nothing is said", () => {
  assert.deepEqual(parseRedisUrl("redis://redis"), {
    kind: "single",
    at: { host: "redis", port: 6379 },
    db: 0,
    username: null,
    password: null,
    tls: false,
    label: "redis://redis",
  });
  const target = parseRedisUrl("rediss://someone:p%40ss%3aword@[::1]:7000/3");
  assert.deepEqual(target, {
    kind: "single",
    at: { host: "::1", port: 7000 },
    db: 3,
    username: "someone",
    password: "p@ss:word",
    tls: true,
    label: "rediss://[::1]:7000/3",
  });
  assert.deepEqual(parseRedisUrl("redis://h/"), {
    ...parseRedisUrl("redis://h"),
    label: "redis://h/",
  });
});

Deno.test("parseRedisUrl() reads Sentinels and the name of their master", () => {
  const target = parseRedisUrl("redis+sentinel://:secret@a,b:1234/mymaster/2");
  assert.deepEqual(target, {
    kind: "sentinel",
    sentinels: [{ host: "a", port: 26_379 }, { host: "b", port: 1234 }],
    master: "mymaster",
    db: 2,
    username: null,
    password: "secret",
    tls: false,
    label: "redis+sentinel://a,b:1234/mymaster/2",
  });
});

Deno.test("parseRedisUrl() reads the nodes of a cluster", () => {
  const target = parseRedisUrl("rediss+cluster://a,b:1234");
  assert.deepEqual(target, {
    kind: "cluster",
    nodes: [{ host: "a", port: 6379 }, { host: "b", port: 1234 }],
    username: null,
    password: null,
    tls: true,
    label: "rediss+cluster://a,b:1234",
  });
});

Deno.test("parseRedisUrl() refuses the rest, and never says what it was", () => {
  const secret = "hunter22";
  for (
    const url of [
      `http://:${secret}@host`,
      `redis://:${secret}@`,
      `redis://:${secret}@host:0`,
      `redis://:${secret}@host:99999`,
      `redis://:${secret}@host/one`,
      `redis://:${secret}@host/1/2`,
      `redis://:${secret}@a,b`,
      `redis://:${secret}@host?x=1`,
      `redis://:${secret}%zz@host`,
      `redis+sentinel://:${secret}@a,b`,
      `redis+sentinel://:${secret}@a/master/0/1`,
      `redis+cluster://:${secret}@a/0`,
      `redis+ring://:${secret}@a`,
    ]
  ) {
    assert.throws(() => parseRedisUrl(url), (error: Error & { code?: string }) => {
      assert.equal(error.code, "config_invalid");
      assert.match(error.message, /^REDIS_URL: /);
      assert.ok(!error.message.includes(secret), error.message);
      return true;
    }, url);
  }
});
