/** Skills that touch what they did not declare, in a real process. */
import assert from "node:assert/strict";
import { assertFault, skillFile, withSandbox } from "./testing.ts";

Deno.test("Sandbox denies what a skill does not declare, and names it", async () => {
  await withSandbox(Deno.env.toObject(), async ({ file, body, serves }) => {
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
    await serves();
  });
});

Deno.test("Sandbox refuses to import packages, also those that the program itself uses", async () => {
  await withSandbox(Deno.env.toObject(), async ({ file, body, serves }) => {
    const zod = JSON.parse(await Deno.readTextFile("deno.json")).imports.zod;
    const imports = [
      `return Object.keys(await import("${zod}"))`,
      `const name = "${zod}"; return Object.keys(await import(name))`,
      'return Object.keys(await import("zod"))',
      'return (await import("node:module")).createRequire("file:///x.js")("zod")',
      'await import("npm:left-pad@1.3.0")',
      'await import(["jsr", "@std/assert@1"].join(":"))',
    ];
    for (const code of imports) {
      assertFault(await body(code), "skill_threw", /^(SkillError: )?Package \S+ cannot be/, code);
    }
    const leak = `import { z as own } from "${zod}";\n${skillFile("return typeof own")}`;
    assertFault(await file(leak), "skill_threw", /Package npm:zod@\S+ cannot be/, "static import");
    const inline = "return (await import('data:text/javascript,export default 7')).default";
    assert.deepEqual(await body(inline), { ok: true, text: "7" });
    const builtin = "return (await import('node:path')).basename('/a/b')";
    assert.deepEqual(await body(builtin), { ok: true, text: '"b"' });
    await serves();
  });
});

Deno.test("Sandbox denies a worker within the worker what the skill has not", async () => {
  await withSandbox(Deno.env.toObject(), async ({ body, serves }) => {
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
    await withSandbox(Deno.env.toObject(), async ({ file, body, serves }) => {
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

Deno.test("Sandbox starts a skill's relative paths where those of its capabilities start", async () => {
  const workspace = await Deno.makeTempDir();
  await Deno.writeTextFile(`${workspace}/note.txt`, "seen");
  await withSandbox(Deno.env.toObject(), async ({ body }) => {
    const reply = await body("return await Deno.readTextFile('note.txt')", {
      capabilities: ["read:**"],
      workspace,
    });
    assert.equal(reply.ok && reply.text, '"seen"');
  }, { workspace });
});

Deno.test("Sandbox says that the workspace is gone, without paths of this machine", async () => {
  const workspace = "/nonexistent/workspace";
  await withSandbox(Deno.env.toObject(), async ({ body, serves }) => {
    assertFault(
      await body("return 1", { capabilities: ["read:**"], workspace }),
      "skill_host_died",
      /^Skill's process could not be started: The workspace is gone, and is made again when/,
      "a skill that reads files",
    );
    await serves();
  }, { workspace });
});
