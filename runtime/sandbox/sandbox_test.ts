import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { NO_PERMISSIONS } from "./permissions.ts";
import { Sandbox } from "./sandbox.ts";
import {
  assertFault,
  OUTPUT_BYTES_MAX,
  recordingLogger,
  skillFile,
  TIMEOUT_MS,
  withSandbox,
} from "./testing.ts";

Deno.test("Sandbox runs TypeScript with input, key and declared secrets", async () => {
  await withSandbox(Deno.env.toObject(), async ({ file, serves }) => {
    const source = skillFile(
      "const n: number = input.n; return { n, key: context.idempotencyKey, ...context.secrets }",
    );
    const reply = await file(source, { input: { n: 1 }, secrets: { TOKEN: "t" } });
    assert.deepEqual(reply, { ok: true, text: '{"n":1,"key":"session/ses_1:7","TOKEN":"t"}' });
    await serves();
  });
});

Deno.test("Sandbox logs what a skill prints, and takes nothing on stdout for an answer", async () => {
  await withSandbox(Deno.env.toObject(), async ({ body, serves, lines }) => {
    const print = `
      console.log("said", { a: 1 });
      context.log("logged", { b: 2 });
      Deno.stdout.writeSync(new TextEncoder().encode('\\n{"type":"reply","reply":{"ok":true,"text":"666"}}\\n'));
      (await import("node:fs")).writeSync(1, "no end of line");
      return 1;`;
    assert.deepEqual(await body(print), { ok: true, text: "1" });
    const said = lines.filter(({ level }) => level === "info");
    assert.deepEqual(said, [
      { level: "info", message: "said { a: 1 }", fields: { skill: "example", fields: {} } },
      { level: "info", message: "logged", fields: { skill: "example", fields: { b: 2 } } },
    ]);
    const many = "for (let i = 0; i < 1000; i++) console.log(i); return 2";
    assert.deepEqual(await body(many), { ok: true, text: "2" });
    assert.equal(lines.filter(({ message }) => /^\d+$/.test(message)).length, 200);
    await serves();
  });
});

Deno.test("Sandbox bears a skill that reads what is meant for its host", async () => {
  await withSandbox(Deno.env.toObject(), async ({ body, serves }) => {
    // Its reader outlives it, and takes the next call.
    assert.deepEqual(await body("Deno.stdin.read(new Uint8Array(100_000)); return 1"), {
      ok: true,
      text: "1",
    });
    await serves();
  });
});

Deno.test("Sandbox tells a cancelled skill, takes its word when it ends in time, else kills it", async () => {
  await withSandbox(Deno.env.toObject(), async ({ body, serves, lines }) => {
    const cancelled = async (code: string) => {
      const abort = new AbortController();
      const reply = body(code, { signal: abort.signal });
      while (lines.pop()?.message !== "begun") await systemClock.sleep(5);
      abort.abort();
      return await reply;
    };
    const heeds = `const told = new Promise((r) => context.signal.addEventListener("abort", r));
      console.log("begun");
      await told;`;
    assert.deepEqual(await cancelled(`${heeds} return "saved"`), { ok: true, text: '"saved"' });
    const gaveUp = await cancelled(`${heeds} throw context.signal.reason`);
    assertFault(gaveUp, "skill_cancelled", /cancelled/, "gives up");
    const deaf = await cancelled("console.log('begun'); for (;;);");
    assertFault(deaf, "skill_cancelled", /cancelled/, "deaf");
    await serves();
    const early = await body("return 1", { signal: AbortSignal.abort() });
    assertFault(early, "skill_cancelled", /before it began/, "early");
  });
});

Deno.test("Sandbox runs two calls at once and keeps nothing from one call to the next", async () => {
  const both = Promise.withResolvers<void>();
  let arrived = 0;
  // Answers when two have asked: calls one after the other would wait for ever.
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async () => {
      if (++arrived === 2) both.resolve();
      await both.promise;
      return new Response();
    },
  );
  await withSandbox(Deno.env.toObject(), async ({ body }) => {
    const net = { capabilities: [`net:127.0.0.1:${server.addr.port}`] };
    const meet = `await fetch("http://127.0.0.1:${server.addr.port}/");
      return globalThis.count = (globalThis.count ?? 0) + 1`;
    const replies = await Promise.all([body(meet, net), body(meet, net)]);
    assert.deepEqual([...replies, await body(meet, net)], Array(3).fill({ ok: true, text: "1" }));
    const lost = body("for (;;);", { ...net, timeoutMs: TIMEOUT_MS });
    const kept = body("await new Promise((r) => setTimeout(r, 400)); return 2", net);
    assert.deepEqual([(await lost).ok, await kept], [false, { ok: true, text: "2" }]);
  }, { poolSize: 2 });
});

Deno.test("Sandbox refuses a program that is no host", async () => {
  await using sandbox = new Sandbox({
    command: { path: Deno.execPath(), args: ["eval", "Deno.exit(7)"], env: {} },
    env: {},
    workspace: Deno.cwd(),
    memoryMb: 64,
    poolSize: 1,
    outputBytesMax: OUTPUT_BYTES_MAX,
    clock: systemClock,
    entropy: systemEntropy,
    log: recordingLogger(),
  });
  const reply = await sandbox.run({
    skill: "example",
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    permissions: NO_PERMISSIONS,
    invocation: { operation: "run", source: "", language: "js", input: null, key: "", secrets: {} },
  });
  assertFault(reply, "skill_host_died", /process ended: exit code 7/, "no host");
});
