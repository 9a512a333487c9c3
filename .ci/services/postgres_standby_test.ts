import assert from "node:assert/strict";
import { freePort } from "./free_port.ts";

Deno.test("startStandby() leaves no folder behind when there is nothing to copy", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // The server's account has to pass through.
    await Deno.chmod(folder, 0o755);
    const script = `import { startStandby } from "${import.meta.resolve("./postgres_standby.ts")}";
      await startStandby({ port: ${freePort()} }).catch(({ message }) => console.log(message));`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", script],
      env: { TMPDIR: folder },
    }).output();
    assert.match(new TextDecoder().decode(stdout), /^pg_basebackup: .*refused/);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
