import assert from "node:assert/strict";
import { Turns } from "./turns.ts";

Deno.test("Turns run tasks of one key in order, also after one that failed", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.take("a", async () => {
    log.push("a1 begins");
    await gate.promise;
    log.push("a1 ends");
  });
  const second = turns.take("a", () => Promise.reject(new Error("broken")));
  const third = turns.take("a", async () => void log.push("a3"));
  await turns.take("b", async () => void log.push("b1"));
  gate.resolve();
  await first;
  await assert.rejects(second, /broken/);
  await third;
  assert.deepEqual(log, ["a1 begins", "b1", "a1 ends", "a3"]);
});
