import assert from "node:assert/strict";
import { anyLives, childrenOf, parseProcessTable, signalProcess } from "./process_tree.ts";

Deno.test("parseProcessTable() reads names that hold anything", () => {
  const text =
    "1 (init) S 0 1 1 0\n42 (a) S 7 (b) Z 1 42 42\n43 (postgres: io) T 42 0 0\nrubbish\n";
  assert.deepEqual(parseProcessTable(text), [
    { pid: 1, parent: 0, ended: false },
    { pid: 42, parent: 1, ended: true },
    { pid: 43, parent: 42, ended: false },
  ]);
});

Deno.test({
  name: "childrenOf() finds a child while it lives",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
    assert.ok((await childrenOf(Deno.pid)).includes(child.pid));
    assert.ok(await anyLives([child.pid]));

    signalProcess(child.pid, "SIGKILL");
    await child.status;
    assert.ok(!await anyLives([child.pid]));
    assert.doesNotThrow(() => signalProcess(child.pid, "SIGKILL"));
  },
});
