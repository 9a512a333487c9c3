import assert from "node:assert/strict";
import { InstallMachine } from "./install_machine.ts";

Deno.test("upgrade puts the new program in place and restarts each node that runs", async () => {
  await using machine = await InstallMachine.installed("synapse@n1.service", "synapse@n2.service");
  const done = await machine.run("upgrade", await machine.program({ version: "2.0.0" }));
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await machine.installed(), "2.0.0");
  assert.deepEqual(done.calls, [
    "systemctl daemon-reload",
    "systemctl restart synapse@n1.service",
    "systemctl restart synapse@n2.service",
  ]);
  const again = await machine.run("upgrade", await machine.program({ version: "2.0.0" }));
  assert.deepEqual([again.code, again.calls], [0, []]);
  assert.match(again.stdout, /^Already at 2\.0\.0/);
});

Deno.test("upgrade keeps the program before and no older one; rollback goes back to it", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  for (const version of ["2.0.0", "3.0.0"]) {
    const { code, stderr } = await machine.run("upgrade", await machine.program({ version }));
    assert.equal(code, 0, stderr);
  }
  assert.deepEqual(await machine.releases(), ["2.0.0", "3.0.0"]);
  const done = await machine.run("rollback");
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(done.calls, ["systemctl daemon-reload", "systemctl restart synapse.service"]);
  assert.equal(await machine.installed(), "2.0.0");
});

Deno.test("upgrade goes back when a node does not become ready, and says so", async () => {
  await using machine = await InstallMachine.installed("synapse@n1.service", "synapse@n2.service");
  const sick = await machine.program({ version: "2.0.0", node: "not_ready" });
  const done = await machine.run("upgrade", sick);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /went back to 1\.0\.0-\w+: a node was not ready with 2\.0\.0/);
  assert.equal(await machine.installed(), "1.0.0");
  // The first with the new one; then all with the old one.
  assert.deepEqual(done.calls, [
    "systemctl daemon-reload",
    "systemctl restart synapse@n1.service",
    "systemctl daemon-reload",
    "systemctl restart synapse@n1.service",
    "systemctl restart synapse@n2.service",
  ]);
  assert.deepEqual(await machine.releases(), ["1.0.0"]);
  const back = await machine.run("rollback");
  assert.match(back.stderr, /there is no program from before/);
});

Deno.test("upgrade goes back when a node's start never ends", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  const silent = await machine.program({ version: "2.0.0", node: "silent" });
  const done = await machine.run("upgrade", silent);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /went back to 1\.0\.0-\w+: a node was not ready with 2\.0\.0/);
  assert.equal(await machine.installed(), "1.0.0");
  assert.deepEqual(done.calls, [
    "systemctl daemon-reload",
    "systemctl restart synapse.service",
    "systemctl daemon-reload",
    "systemctl restart synapse.service",
  ]);
});

Deno.test("whether a node is ready is what systemd knows of it, whatever its port", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  const degraded = await machine.program({ version: "2.0.0", node: "degraded" });
  const done = await machine.run("upgrade", degraded);
  assert.equal(done.code, 0, done.stderr);
  assert.ok(done.services.length > 0);
  // It died after it had said that it is ready.
  const dying = await machine.program({ version: "3.0.0", node: "dying" });
  const failed = await machine.run("upgrade", dying);
  assert.equal(failed.code, 1);
  assert.equal(await machine.installed(), "2.0.0");
});

Deno.test("upgrade knows the variables of drop-ins: it looks at the node's own journal", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  await machine.setVariables('DATABASE_URL=postgres://db.example.org/x "NOTE=5\\$ \\` \\"a\\""');
  const next = await machine.program({ version: "2.0.0", journal: "behind_in_postgres" });
  const refused = await machine.run("upgrade", next);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /make a backup, then use upgrade --migrate/);
  assert.match(refused.services[0]!, /DATABASE_URL=postgres:\/\/db\.example\.org\/x /);
  // As systemd-run reads it.
  assert.ok(refused.services[0]!.includes('"NOTE=5$ ` \\"a\\""'), refused.services[0]);
  await machine.setVariables("");
  assert.equal((await machine.run("upgrade", next)).code, 0);
});

for (const signal of ["HUP", "INT", "TERM"] as const) {
  Deno.test(`upgrade goes back when it is ended by SIG${signal}`, async () => {
    await using machine = await InstallMachine.installed(
      "synapse@n1.service",
      "synapse@n2.service",
    );
    const next = await machine.program({ version: "2.0.0" });
    const done = await machine.runSo({ signal }, "upgrade", next);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /went back to 1\.0\.0-\w+: the upgrade to 2\.0\.0-\w+ was cut off/);
    assert.deepEqual([await machine.installed(), await machine.nodes()], ["1.0.0", {
      "synapse@n1.service": "1.0.0",
      "synapse@n2.service": "1.0.0",
    }]);
    const again = await machine.run("upgrade", next);
    assert.equal(again.code, 0, again.stderr);
  });
}

Deno.test("upgrade is not ended by nobody's reading what it says", async () => {
  await using machine = await InstallMachine.installed("synapse@n1.service", "synapse@n2.service");
  const next = await machine.program({ version: "2.0.0" });
  const { code, stdout } = await machine.runSo({ unread: true }, "upgrade", next);
  assert.deepEqual([code, stdout], [0, ""]);
  assert.deepEqual(await machine.nodes(), {
    "synapse@n1.service": "2.0.0",
    "synapse@n2.service": "2.0.0",
  });
});

Deno.test("units come and go with the program that they came with", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  const newer = await machine.unit();
  const older = await machine.alterUnit();

  const sick = await machine.program({ version: "2.0.0", node: "not_ready" });
  const failed = await machine.run("upgrade", sick);
  assert.deepEqual(failed.calls, [
    "systemctl daemon-reload",
    "systemctl restart synapse.service",
    "systemctl daemon-reload",
    "systemctl restart synapse.service",
  ]);
  assert.equal(await machine.unit(), older);

  const well = await machine.program({ version: "3.0.0" });
  assert.equal((await machine.run("upgrade", well)).code, 0);
  assert.equal(await machine.unit(), newer);
  assert.equal((await machine.run("rollback")).code, 0);
  assert.equal(await machine.unit(), older);
});

Deno.test("nothing is touched when systemd does not answer", async () => {
  await using machine = await InstallMachine.installed("synapse@n1.service", "synapse@n2.service");
  const before = await machine.files();
  const next = await machine.program({ version: "2.0.0" });
  for (
    const [unanswered, reason] of [
      ["list-units", /systemd does not tell which nodes run/],
      ["show --property=Environment ", /systemd does not tell the variables of synapse@n1/],
      ["show --property=EnvironmentFiles", /does not tell the files with variables of synapse@n1/],
    ] as const
  ) {
    const { code, stderr, calls } = await machine.runSo({ unanswered }, "upgrade", next);
    assert.match(stderr, reason);
    assert.deepEqual([code, calls, await machine.files()], [1, [], before]);
  }
});

Deno.test("upgrade touches nothing when the new program refuses the configuration or the journal", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  for (
    const [fake, reason] of [
      [{ version: "2.0.0", acceptsConfig: false }, /refuses the configuration/],
      [{ version: "2.0.1", journal: "too_new" }, /cannot use the journal/],
      [{ version: "2.0.2", journal: "behind" }, /make a backup, then use upgrade --migrate/],
    ] as const
  ) {
    const done = await machine.run("upgrade", await machine.program(fake));
    assert.equal(done.code, 1);
    assert.match(done.stderr, reason);
    assert.deepEqual(done.calls, []);
    assert.equal(await machine.installed(), "1.0.0");
    assert.deepEqual(await machine.releases(), ["1.0.0"]);
  }
});

Deno.test("upgrade --migrate goes on, and does not go back where the journal cannot", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  const next = await machine.program({ version: "2.0.0", journal: "behind" });
  const done = await machine.run("upgrade", next, "--migrate");
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await machine.installed(), "2.0.0");
  const sick = await machine.program({ version: "3.0.0", journal: "behind", node: "not_ready" });
  const failed = await machine.run("upgrade", sick, "--migrate");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /its journal is no longer that of 2\.0\.0/);
  assert.equal(await machine.installed(), "3.0.0");
});

Deno.test("upgrade --migrate that is cut off stays where it is, and can be gone on with", async () => {
  await using machine = await InstallMachine.installed("synapse@n1.service", "synapse@n2.service");
  const next = await machine.program({ version: "2.0.0", journal: "behind" });
  const cut = await machine.runSo({ signal: "HUP" }, "upgrade", next, "--migrate");
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /was cut off, .* no longer that of 1\.0\.0-\w+; the same upgrade again/);
  assert.equal(await machine.installed(), "2.0.0");
  const done = await machine.run("upgrade", next, "--migrate");
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(await machine.nodes(), {
    "synapse@n1.service": "2.0.0",
    "synapse@n2.service": "2.0.0",
  });
});
