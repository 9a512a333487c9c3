/** Skills that misbehave, in a real host process: each fails with its reason, and the next one runs. */
import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import type { SkillReply } from "./fault.ts";
import { NO_PERMISSIONS, permissionsOf } from "./permissions.ts";
import { Sandbox } from "./sandbox.ts";
import { type LogLine, recordingLogger, testHostCommand } from "./testing.ts";

const TIMEOUT_MS = 200;
const OUTPUT_BYTES_MAX = 50_000;

interface CallOptions {
  readonly capabilities?: readonly string[];
  readonly workspace?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly input?: unknown;
  readonly secrets?: Record<string, string>;
}

interface Bench {
  /** Runs a whole skill file. */
  file(source: string, options?: CallOptions): Promise<SkillReply>;
  /** Runs a skill whose `run` has this body. */
  body(code: string, options?: CallOptions): Promise<SkillReply>;
  /** Fails unless the sandbox still runs a skill that behaves. */
  serves(): Promise<void>;
  readonly lines: LogLine[];
}

const skillFile = (code: string, more = "") =>
  `export default ({ defineSkill, z }: any) => defineSkill({
    name: "example", description: "For tests.", input: z.any(), risk: 0, idempotent: true, ${more}
    run: async (input: any, context: any) => { ${code} },
  });`;

async function withSandbox(
  test: (bench: Bench) => Promise<void>,
  options: { env?: Record<string, string>; poolSize?: number; memoryMb?: number } = {},
): Promise<void> {
  const lines: LogLine[] = [];
  const env = { ...Deno.env.toObject(), ...options.env };
  await using sandbox = new Sandbox({
    command: testHostCommand(env),
    env,
    memoryMb: options.memoryMb ?? 64,
    poolSize: options.poolSize ?? 1,
    outputBytesMax: OUTPUT_BYTES_MAX,
    clock: systemClock,
    entropy: systemEntropy,
    log: recordingLogger(lines),
  });
  const file = (source: string, call: CallOptions = {}) =>
    sandbox.run({
      skill: "example",
      timeoutMs: call.timeoutMs ?? 5000,
      signal: call.signal ?? new AbortController().signal,
      permissions: permissionsOf(call.capabilities ?? [], call.workspace ?? "/nowhere"),
      invocation: {
        operation: "run",
        source,
        language: "ts",
        input: call.input ?? null,
        key: "session/ses_1:7",
        secrets: call.secrets ?? {},
      },
    });
  const body = (code: string, call?: CallOptions) => file(skillFile(code), call);
  const serves = async () => assert.deepEqual(await body("return 6 * 7"), { ok: true, text: "42" });
  await test({ file, body, serves, lines });
}

function assertFault(reply: SkillReply, code: string, message: RegExp, what: string): void {
  assert.ok(!reply.ok, `${what} succeeded: ${JSON.stringify(reply)}`);
  assert.equal(reply.code, code, `${what}: ${reply.message}`);
  assert.match(reply.message, message, what);
}

Deno.test("Sandbox runs TypeScript with input, key and declared secrets", async () => {
  await withSandbox(async ({ file, serves }) => {
    const source = skillFile(
      "const n: number = input.n; return { n, key: context.idempotencyKey, ...context.secrets }",
    );
    const reply = await file(source, { input: { n: 1 }, secrets: { TOKEN: "t" } });
    assert.deepEqual(reply, { ok: true, text: '{"n":1,"key":"session/ses_1:7","TOKEN":"t"}' });
    await serves();
  });
});

Deno.test("Sandbox ends a skill that loops, never resolves or closes up, and serves the next", async () => {
  await withSandbox(async ({ file, body, serves }) => {
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
  await withSandbox(async ({ body, serves }) => {
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
  await withSandbox(async ({ file, body, serves }) => {
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
  await withSandbox(async ({ body, serves }) => {
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
  await withSandbox(async ({ file, body, serves }) => {
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

Deno.test("Sandbox denies what a skill does not declare, and names it", async () => {
  await withSandbox(async ({ file, body, serves }) => {
    const touches: readonly [string, RegExp][] = [
      ["await fetch('http://127.0.0.1:8080/')", /net access/],
      ["await Deno.connect({ port: 80 })", /net access/],
      ["await (await import('node:dns/promises')).lookup('example.com')", /EPERM/],
      ["new WebSocket('ws://127.0.0.1:1234'); await new Promise(() => {})", /net access/],
      ["await Deno.readTextFile('/etc/hostname')", /read access/],
      ["(await import('node:fs')).readFileSync('/etc/hostname')", /read access/],
      ["await Deno.writeTextFile('/tmp/x', 'x')", /write access/],
      ["await Deno.makeTempFile()", /write access/],
      ["Deno.env.get('HOME')", /env access/],
      ["return process.env.PATH", /env access/],
      ["await new Deno.Command('/bin/ls').output()", /run access/],
      ["(await import('node:child_process')).execFileSync('/bin/ls')", /run access|env access/],
      ["Deno.dlopen('libc.so.6', {})", /ffi access/],
      ["return Deno.hostname()", /sys access/],
      ["await import('file:///etc/hostname', { with: { type: 'text' } })", /read access/],
      [
        "const at = 'file:///etc/hostname'; await import(at, { with: { type: 'text' } })",
        /read access/,
      ],
      ["await import('https://example.com/x.ts')", /import access/],
      [
        "await Deno.permissions.request({ name: 'read' }); await Deno.readTextFile('/etc/hostname')",
        /read access/,
      ],
    ];
    for (const [code, message] of touches) {
      assertFault(await body(code), "skill_denied_permission", message, code);
    }
    const leak = `import x from "file:///etc/hostname" with { type: "text" };\n${
      skillFile("return x")
    }`;
    assertFault(await file(leak), "skill_denied_permission", /read access/, "static import");
    const json = `import x from "file://${Deno.cwd()}/deno.json" with { type: "json" };\n${
      skillFile("return x")
    }`;
    assertFault(
      await file(json),
      "skill_denied_permission",
      /read access/,
      "static import of JSON",
    );
    const remote = `import "https://example.com/x.ts";\n${skillFile("return 1")}`;
    assertFault(await file(remote), "skill_denied_permission", /import access/, "remote import");
    const npm = await body("await import('npm:left-pad@1.3.0')");
    assertFault(npm, "skill_threw", /left-pad/, "npm import");
    await serves();
  });
});

Deno.test("Sandbox denies a worker within the worker what the skill has not", async () => {
  await withSandbox(async ({ body, serves }) => {
    const inner = (code: string) => `
      const url = URL.createObjectURL(new Blob([${
      JSON.stringify(code)
    }], { type: "text/javascript" }));
      const worker = new Worker(url, { type: "module", deno: { permissions: "inherit" } });
      return await new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => { event.preventDefault(); resolve(event.message); };
      });`;
    const leaks = [
      "import x from 'file:///etc/hostname' with { type: 'text' }; postMessage('LEAK' + x)",
      "postMessage('LEAK' + Deno.readTextFileSync('/etc/hostname'))",
    ];
    for (const code of leaks) {
      const reply = await body(inner(code));
      assert.match(reply.ok ? reply.text : reply.message, /Requires read access/);
      assert.doesNotMatch(JSON.stringify(reply), /LEAK/);
    }
    await serves();
  });
});

Deno.test("Sandbox grants exactly what a skill declares", async () => {
  const workspace = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${workspace}/data`);
    await Deno.writeTextFile(`${workspace}/data/a.txt`, "inside");
    await Deno.writeTextFile(`${workspace}/b.txt`, "outside");
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response("served"),
    );
    await withSandbox(async ({ file, body, serves }) => {
      const at = {
        workspace,
        capabilities: [
          "read:data/**",
          "write:out/**",
          "env:SYNAPSE_TEST_A",
          `net:127.0.0.1:${server.addr.port}`,
        ],
      };
      const read = (path: string) =>
        body(`return Deno.readTextFileSync("${workspace}/${path}")`, at);
      assert.deepEqual(await read("data/a.txt"), { ok: true, text: '"inside"' });
      assertFault(await read("b.txt"), "skill_denied_permission", /read access/, "other file");
      assertFault(await read("data/../b.txt"), "skill_denied_permission", /read access/, "way up");
      const imported = `import x from "file://${workspace}/b.txt" with { type: "text" };\n${
        skillFile("return x")
      }`;
      assertFault(
        await file(imported, at),
        "skill_denied_permission",
        /read access/,
        "static import",
      );
      const write =
        `Deno.mkdirSync("${workspace}/out"); Deno.writeTextFileSync("${workspace}/out/c", "x")`;
      assert.deepEqual(await body(write, at), { ok: true, text: "null" });
      assertFault(
        await body(`Deno.writeTextFileSync("${workspace}/data/a.txt", "x")`, at),
        "skill_denied_permission",
        /write access/,
        "write",
      );
      const env = "return [Deno.env.get('SYNAPSE_TEST_A')]";
      assert.deepEqual(await body(env, at), { ok: true, text: '["a"]' });
      assertFault(
        await body("return Deno.env.toObject()", at),
        "skill_denied_permission",
        /env access/,
        "env",
      );
      const net = `return await (await fetch("http://127.0.0.1:${server.addr.port}/")).text()`;
      assert.deepEqual(await body(net, at), { ok: true, text: '"served"' });
      assertFault(
        await body("await fetch('http://127.0.0.1:8080/')", at),
        "skill_denied_permission",
        /net access/,
        "port",
      );
      await serves();
    }, { env: { SYNAPSE_TEST_A: "a", SYNAPSE_TEST_B: "b" } });
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
});

Deno.test("Sandbox logs what a skill prints, and takes nothing on stdout for an answer", async () => {
  await withSandbox(async ({ body, serves, lines }) => {
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
  await withSandbox(async ({ body, serves }) => {
    const theft =
      "Deno.stdin.read(new Uint8Array(100_000)); await new Promise((r) => setTimeout(r, 50)); return 1";
    assert.deepEqual(await body(theft), { ok: true, text: "1" });
    await serves();
  });
});

Deno.test("Sandbox tells a cancelled skill, takes its word when it ends in time, else kills it", async () => {
  await withSandbox(async ({ body, serves }) => {
    const cancelled = async (code: string) => {
      const abort = new AbortController();
      const reply = body(code, { signal: abort.signal });
      await systemClock.sleep(500);
      abort.abort();
      return await reply;
    };
    const heeds = "await new Promise((r) => context.signal.addEventListener('abort', r)); ";
    assert.deepEqual(await cancelled(`${heeds} return "saved"`), { ok: true, text: '"saved"' });
    assertFault(
      await cancelled(`${heeds} throw context.signal.reason`),
      "skill_cancelled",
      /cancelled/,
      "gives up",
    );
    assertFault(await cancelled("for (;;);"), "skill_cancelled", /cancelled/, "deaf");
    await serves();
    assertFault(
      await body("return 1", { signal: AbortSignal.abort() }),
      "skill_cancelled",
      /before it began/,
      "early",
    );
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
  await withSandbox(async ({ body }) => {
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
