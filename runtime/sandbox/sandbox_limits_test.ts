/** Skills that go beyond every bound, in a real process: each fails with its reason, the next one runs. */
import assert from "node:assert/strict";
import { assertFault, skillFile, TIMEOUT_MS, withSandbox } from "./testing.ts";

Deno.test("Sandbox ends a skill that loops, never resolves or closes up, and serves the next", async () => {
  await withSandbox(Deno.env.toObject(), async ({ file, body, serves }) => {
    const cases = [
      ["for (;;);", /^Skill ran for 200 ms without an end$/],
      ["await new Promise(() => {})", /without an end/],
      ["setTimeout(() => { for (;;); }); await new Promise(() => {})", /without an end/],
      [
        "globalThis.postMessage = () => {}; delete globalThis.onmessage; await new Promise(() => {})",
        /without/,
      ],
    ] as const;
    for (const [code, message] of cases) {
      assertFault(await body(code, { timeoutMs: TIMEOUT_MS }), "skill_timeout", message, code);
      await serves();
    }
    const loading = await file("for (;;);", { timeoutMs: TIMEOUT_MS });
    assertFault(loading, "skill_timeout", /without an end/, "loop at load");
    await serves();
  });
});

Deno.test("Sandbox kills a skill that allocates without end, in the heap and outside it", async () => {
  await withSandbox(Deno.env.toObject(), async ({ body, serves }) => {
    const cases = [
      "const a = []; for (;;) a.push(new Array(10_000).fill(a.length + 0.5));",
      "const a = []; for (;;) { a.push(new Uint8Array(1_000_000).fill(1)); await new Promise((r) => setTimeout(r)); }",
      "let s = 'x'; for (;;) { s += s + Math.random(); s.charCodeAt(9); }",
    ];
    for (const code of cases) {
      const reply = await body(code);
      const wanted = /^(skill_out_of_memory|skill_threw)$/;
      assert.match(reply.ok ? "ok" : reply.code, wanted, code);
      if (code !== cases[2]) {
        assertFault(reply, "skill_out_of_memory", /^Skill used more than 64 MiB of memory$/, code);
      }
      await serves();
    }
  });
});

Deno.test("Sandbox reports what a skill throws, at load, at run and behind its back", async () => {
  await withSandbox(Deno.env.toObject(), async ({ file, body, serves }) => {
    assertFault(await body("throw new RangeError('Too far')"), "skill_threw", /^Too far$/, "run");
    assertFault(await body("throw null"), "skill_threw", /^Skill threw null$/, "null");
    const later = "setTimeout(() => { throw new Error('Later') }); await new Promise(() => {})";
    assertFault(await body(later), "skill_threw", /Later/, "timer");
    const rejection = "Promise.reject(new Error('Unheard')); await new Promise(() => {})";
    assertFault(await body(rejection), "skill_threw", /Unheard/, "rejection");
    assertFault(await file("throw new Error('At load')"), "skill_threw", /^At load$/, "load");
    assertFault(
      await file("export default 1"),
      "skill_threw",
      /Default export is number, wanted export default/,
      "no factory",
    );
    assertFault(
      await file("export default () => ({})"),
      "skill_threw",
      /returned no skill/,
      "no skill",
    );
    assertFault(await file("export default ("), "skill_threw", /./, "syntax");
    await serves();
  });
});

Deno.test("Sandbox refuses to let a skill end its process or its worker", async () => {
  await withSandbox(Deno.env.toObject(), async ({ body, serves }) => {
    const exits = [
      "Deno.exit(0)",
      "self.close()",
      "process.exit(0)",
      "(await import('node:process')).exit(1)",
      "process.abort()",
      "process.kill(process.ppid, 'SIGKILL')",
      "Deno.kill(1, 'SIGKILL')",
    ];
    for (const code of exits) {
      const reply = await body(`${code}; await new Promise(() => {})`);
      assert.match(reply.ok ? "ok" : reply.code, /^skill_(threw|denied_permission)$/, code);
      await serves();
    }
    // Its own process is all that it can kill.
    const suicide = await body("process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})");
    assertFault(suicide, "skill_host_died", /^Skill's process ended: SIGKILL$/, "suicide");
    await serves();
    const closed = "Deno.stdout.close(); Deno.stdin.close(); Deno.stderr.close(); return 1";
    assert.deepEqual(await body(closed), { ok: true, text: "1" });
    await serves();
  });
});

Deno.test("Sandbox refuses outputs that are too large, not JSON, or against the schema", async () => {
  await withSandbox(Deno.env.toObject(), async ({ file, body, serves }) => {
    const large = await body("return 'x'.repeat(10_000_000)");
    assertFault(
      large,
      "skill_output_too_large",
      /has 10000002 bytes, wanted at most 50000/,
      "10 MB",
    );
    for (const code of ["() => 1", "1n", "{ a: NaN }", "new Map()", "Symbol()"]) {
      assertFault(await body(`return ${code}`), "skill_invalid_output", /wanted JSON/, code);
    }
    assertFault(
      await body("const a = {}; a.a = a; return a"),
      "skill_invalid_output",
      /circular/,
      "circular",
    );
    const schema = skillFile("return { n: 'x' }", "output: z.object({ n: z.number() }),");
    assertFault(await file(schema), "skill_invalid_output", /^Output is refused: n: /, "schema");
    await serves();
  });
});
