import assert from "node:assert/strict";
import { redisArguments, redisUrl } from "./redis_arguments.ts";

const place = { folder: "/t", port: 20_000 };

Deno.test("redisArguments() keep the server on loopback and off the disk", () => {
  const line = redisArguments(place).join(" ");
  assert.match(line, /--bind 127\.0\.0\.1 --save {2}--appendonly no --dir \/t --port 20000/);
  assert.equal(redisUrl(20_000), "redis://127.0.0.1:20000");
});

Deno.test("redisArguments() let the caller's settings win", () => {
  const args = redisArguments(place, { appendonly: "yes" });
  assert.equal(args[args.indexOf("--appendonly") + 1], "yes");
  assert.equal(args.filter((arg) => arg === "--appendonly").length, 1);
});
