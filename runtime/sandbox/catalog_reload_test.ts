/** Reading the skills folder again. */
import assert from "node:assert/strict";
import { call, file, withSkills } from "./catalog_fixture.ts";

Deno.test("createSkills() sees new, changed and removed files when it is reloaded", async () => {
  await withSkills(
    Deno.env.toObject(),
    { "one.ts": file("one"), "two.ts": file("two") },
    async ({ skills, folder, begun }) => {
      await Deno.remove(`${folder}/one.ts`);
      await Deno.writeTextFile(`${folder}/two.ts`, file("two", 'description: "Changed.",'));
      await Deno.writeTextFile(`${folder}/three.ts`, file("three"));
      await Deno.writeTextFile(`${folder}/bad.ts`, "throw 1");
      await Promise.all([skills.reload(), skills.reload()]);
      assert.deepEqual(skills.list().map(({ name }) => name), ["calculator", "three", "two"]);
      assert.equal(skills.get("two")?.description, "Changed.");
      assert.deepEqual(skills.faults(), [{ file: "bad.ts", reason: "Skill threw 1" }]);
      assert.deepEqual(begun, ["calculator", "one", "two", "three"], "metrics begin once for each");
    },
  );
});

Deno.test("createSkills() finds a folder that was not there at first, when it is reloaded", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.remove(folder);
  await withSkills(Deno.env.toObject(), {}, async ({ skills }) => {
    assert.deepEqual(skills.faults(), []);
    try {
      await Deno.mkdir(folder);
      await Deno.writeTextFile(`${folder}/late.ts`, file("late"));
      await skills.reload();
      assert.deepEqual(skills.list().map(({ name }) => name), ["calculator", "late"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }, { folder: { path: folder, required: false } });
});

Deno.test("createSkills() keeps what it has when a reload cannot read the folder, and says so", async () => {
  await withSkills(Deno.env.toObject(), { "one.ts": file("one") }, async ({ skills, folder }) => {
    const moved = `${folder}_moved`;
    await Deno.rename(folder, moved);
    await skills.reload();
    assert.match(skills.faults()[0]?.reason ?? "", /^Skills folder cannot be read: /);
    assert.equal((await skills.run(call("one"))).ok, true);
    await Deno.rename(moved, folder);
    await skills.reload();
    assert.deepEqual(skills.faults(), []);
  });
});

Deno.test("createSkills() ends a running call on the code it began with, though it is reloaded", async () => {
  const begun = Promise.withResolvers<void>();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async () => {
      begun.resolve();
      await changed.promise;
      return new Response("served");
    },
  );
  const changed = Promise.withResolvers<void>();
  const address = `127.0.0.1:${server.addr.port}`;
  const version = (text: string) =>
    file(
      "which",
      `capabilities: ["net:${address}"],
      run: async () => { await (await fetch("http://${address}/")).text(); return "${text}"; },`,
    );
  await withSkills(
    Deno.env.toObject(),
    { "which.ts": version("old") },
    async ({ skills, folder }) => {
      const running = skills.run(call("which"));
      await begun.promise;
      await Deno.writeTextFile(`${folder}/which.ts`, version("new"));
      await skills.reload();
      changed.resolve();
      const old = await running;
      const fresh = await skills.run(call("which"));
      assert.deepEqual([old.ok && old.output, fresh.ok && fresh.output], ["old", "new"]);
    },
  );
});
