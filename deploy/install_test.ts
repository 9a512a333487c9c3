import assert from "node:assert/strict";
import { VARIABLES } from "../runtime/config/environment.ts";
import { InstallMachine } from "./install_machine.ts";

const HOME = "/opt/synapse";

/** A machine with version 1 installed and these units running. */
async function installed(...active: readonly string[]): Promise<InstallMachine> {
  const machine = await InstallMachine.create();
  const { code, stderr } = await machine.run(
    "install",
    await machine.program({ version: "1.0.0" }),
  );
  assert.equal(code, 0, stderr);
  await machine.activate(...active);
  return machine;
}

Deno.test("install makes the user, the folders, the units and the program, and starts nothing", async () => {
  await using machine = await InstallMachine.create();
  const done = await machine.run("install", await machine.program({ version: "1.0.0" }));
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /^Installed 1\.0\.0-[0-9a-f]{12}\./);
  assert.equal(await machine.installed(), "1.0.0");
  assert.deepEqual(done.calls, [
    "useradd --system --user-group --home-dir /opt/synapse --no-create-home " +
    "--shell /usr/sbin/nologin synapse",
    `chown root:synapse ${HOME}/config`,
    `chown root:synapse ${HOME}/skills`,
    `chown synapse:synapse ${HOME}/data`,
    `chown synapse:synapse ${HOME}/logs`,
    "systemctl daemon-reload",
  ]);
  const files = await machine.files();
  for (
    const file of [
      `750 ${HOME}/config`,
      `750 ${HOME}/data`,
      `750 ${HOME}/logs`,
      `750 ${HOME}/skills`,
      `600 ${HOME}/config/synapse.env`,
      "644 /etc/systemd/system/synapse.service",
      "644 /etc/systemd/system/synapse@.service",
      "644 /etc/systemd/system/synapse-backup.service",
      "644 /etc/systemd/system/synapse-backup.timer",
    ]
  ) {
    assert.ok(files.includes(file), `${file} is not in ${files.join("\n")}`);
  }
});

Deno.test("install done again changes nothing, also not what the operator wrote", async () => {
  await using machine = await installed();
  const env = `${machine.root}${HOME}/config/synapse.env`;
  await Deno.writeTextFile(env, "SYNAPSE_PORT=8001\n");
  const before = await machine.files();
  const again = await machine.run("install", await machine.program({ version: "1.0.0" }));
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(await machine.files(), before);
  assert.equal(await Deno.readTextFile(env), "SYNAPSE_PORT=8001\n");
  assert.ok(again.calls.every((call) => call.startsWith("chown ")), again.calls.join("\n"));
});

Deno.test("install refuses another version than the one that is there, and what is not Synapse", async () => {
  await using machine = await installed();
  const other = await machine.run("install", await machine.program({ version: "2.0.0" }));
  assert.equal(other.code, 1);
  assert.match(other.stderr, /use upgrade/);
  const alien = await machine.run("install", "/bin/true");
  assert.equal(alien.code, 1);
  assert.match(alien.stderr, /is it Synapse\?/);
  assert.equal(await machine.installed(), "1.0.0");
});

Deno.test("--dry-run says what every command would do, and does none of it", async () => {
  await using empty = await InstallMachine.create();
  const program = await empty.program({ version: "1.0.0" });
  const install = await empty.run("--dry-run", "install", program);
  assert.equal(install.code, 0, install.stderr);
  assert.match(install.stdout, /would run: useradd/);
  assert.deepEqual([await empty.files(), install.calls], [[], []]);

  await using machine = await installed("synapse.service");
  const before = await machine.files();
  const next = await machine.program({ version: "2.0.0" });
  const upgrade = await machine.run("--dry-run", "upgrade", next);
  assert.match(upgrade.stdout, /would run: .*systemctl restart synapse\.service/);
  const uninstall = await machine.run("--dry-run", "uninstall", "--purge");
  assert.match(uninstall.stdout, /would run: userdel synapse/);
  for (const { code, stderr, calls } of [upgrade, uninstall]) {
    assert.equal(code, 0, stderr);
    assert.deepEqual(calls, []);
  }
  assert.deepEqual(await machine.files(), before);
});

Deno.test("upgrade puts the new program in place and restarts each node that runs", async () => {
  await using machine = await installed("synapse@n1.service", "synapse@n2.service");
  const done = await machine.run("upgrade", await machine.program({ version: "2.0.0" }));
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await machine.installed(), "2.0.0");
  assert.deepEqual(done.calls, [
    "systemctl restart synapse@n1.service",
    "systemctl restart synapse@n2.service",
  ]);
  const again = await machine.run("upgrade", await machine.program({ version: "2.0.0" }));
  assert.deepEqual([again.code, again.calls], [0, []]);
  assert.match(again.stdout, /^Already at 2\.0\.0/);
});

Deno.test("upgrade keeps the program before and no older one; rollback goes back to it", async () => {
  await using machine = await installed("synapse.service");
  for (const version of ["2.0.0", "3.0.0"]) {
    const { code, stderr } = await machine.run("upgrade", await machine.program({ version }));
    assert.equal(code, 0, stderr);
  }
  const releases = (await machine.files(`${HOME}/releases`))
    .flatMap((file) => /releases\/([\d.]+)-\w+$/.exec(file)?.[1] ?? []);
  assert.deepEqual(releases, ["2.0.0", "3.0.0"]);
  const done = await machine.run("rollback");
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(done.calls, ["systemctl restart synapse.service"]);
  assert.equal(await machine.installed(), "2.0.0");
});

Deno.test("upgrade goes back when a node does not become ready, and says so", async () => {
  await using machine = await installed("synapse@n1.service", "synapse@n2.service");
  const sick = await machine.program({ version: "2.0.0", ready: false });
  const done = await machine.run("upgrade", sick);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /went back to 1\.0\.0-\w+: a node was not ready with 2\.0\.0/);
  assert.equal(await machine.installed(), "1.0.0");
  // The first with the new one; then all with the old one.
  assert.deepEqual(done.calls, [
    "systemctl restart synapse@n1.service",
    "systemctl restart synapse@n1.service",
    "systemctl restart synapse@n2.service",
  ]);
  const back = await machine.run("rollback");
  assert.match(back.stderr, /there is no program from before/);
});

Deno.test("upgrade goes back when a node's start never ends", async () => {
  await using machine = await installed("synapse.service");
  const silent = await machine.program({ version: "2.0.0", ready: "silent" });
  const done = await machine.run("upgrade", silent);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /went back to 1\.0\.0-\w+: a node was not ready with 2\.0\.0/);
  assert.equal(await machine.installed(), "1.0.0");
  assert.deepEqual(done.calls, [
    "systemctl restart synapse.service",
    "systemctl restart synapse.service",
  ]);
});

Deno.test("units come and go with the program that they came with", async () => {
  await using machine = await installed("synapse.service");
  const unit = `${machine.root}/etc/systemd/system/synapse.service`;
  const newer = await Deno.readTextFile(unit);
  // As if version 1 had come with another one.
  const older = `# of version 1\n${newer}`;
  const kept = (await machine.files(`${HOME}/releases`))
    .map((file) => file.slice(4)).filter((file) => file.endsWith("/synapse.service"));
  assert.equal(kept.length, 1);
  for (const path of [unit, machine.root + kept[0]]) await Deno.writeTextFile(path, older);

  const sick = await machine.program({ version: "2.0.0", ready: false });
  const failed = await machine.run("upgrade", sick);
  assert.deepEqual(failed.calls, [
    "systemctl daemon-reload",
    "systemctl restart synapse.service",
    "systemctl daemon-reload",
    "systemctl restart synapse.service",
  ]);
  assert.equal(await Deno.readTextFile(unit), older);

  const well = await machine.program({ version: "3.0.0" });
  assert.equal((await machine.run("upgrade", well)).code, 0);
  assert.equal(await Deno.readTextFile(unit), newer);
  assert.equal((await machine.run("rollback")).code, 0);
  assert.equal(await Deno.readTextFile(unit), older);
});

Deno.test("run hands all that follows to the program, as the service's user with its variables", async () => {
  await using machine = await installed("synapse.service");
  const config = "EnvironmentFile=-/opt/synapse/config";
  const words = ["backup", "--to", "/a b", "--dry-run", "--json"];
  const done = await machine.run("run", ...words);
  assert.deepEqual([done.code, done.stdout], [5, `${words.join("\n")}\n`]);
  assert.deepEqual(done.services, [`User=synapse ${config}/synapse.env`]);

  await Deno.writeTextFile(`${machine.root}${HOME}/config/n1.env`, "SYNAPSE_PORT=8001\n");
  const one = await machine.run("--node", "n1", "run", "doctor");
  assert.deepEqual(one.services, [`User=synapse ${config}/synapse.env ${config}/n1.env`]);
  const none = await machine.run("--node", "n2", "run", "doctor");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /there is no node n2/);

  const dry = await machine.run("--dry-run", "run", "doctor");
  assert.deepEqual([dry.code, dry.services], [0, []]);
  assert.match(dry.stdout, /would run: as_service \S+ synapse\.service doctor/);
});

Deno.test("upgrade touches nothing when the new program refuses the configuration or the journal", async () => {
  await using machine = await installed("synapse.service");
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
  }
});

Deno.test("upgrade --migrate goes on, and does not go back where the journal cannot", async () => {
  await using machine = await installed("synapse.service");
  const next = await machine.program({ version: "2.0.0", journal: "behind" });
  const done = await machine.run("upgrade", next, "--migrate");
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await machine.installed(), "2.0.0");
  const sick = await machine.program({ version: "3.0.0", journal: "behind", ready: false });
  const failed = await machine.run("upgrade", sick, "--migrate");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /its journal is no longer that of 2\.0\.0/);
  assert.equal(await machine.installed(), "3.0.0");
});

Deno.test("uninstall keeps what the node had; with --purge nothing is left", async () => {
  await using machine = await installed("synapse.service");
  const done = await machine.run("uninstall");
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(done.calls, [
    "systemctl stop synapse.service synapse@*.service synapse-backup.service synapse-backup.timer",
    "systemctl disable synapse.service synapse@.service synapse-backup.service synapse-backup.timer",
    "systemctl daemon-reload",
  ]);
  assert.equal(await machine.installed(), null);
  const left = await machine.files(HOME);
  assert.ok(left.includes(`600 ${HOME}/config/synapse.env`));
  assert.ok(!left.some((file) => file.includes("/releases")));
  const purged = await machine.run("uninstall", "--purge");
  assert.deepEqual([purged.code, purged.calls], [0, ["userdel synapse"]]);
  assert.ok(!(await machine.files()).some((file) => file.includes("synapse")));
});

Deno.test("a wrong command line is explained and does nothing", async () => {
  await using machine = await InstallMachine.create();
  for (
    const args of [
      [],
      ["instal"],
      ["install"],
      ["install", "a", "b"],
      ["rollback", "a"],
      ["--force", "rollback"],
      ["install", "a", "--purge"],
      ["uninstall", "--migrate"],
      ["run"],
      ["--node"],
      ["--node", "n1", "rollback"],
    ]
  ) {
    const { code, stderr, calls } = await machine.run(...args);
    assert.deepEqual([code, calls], [2, []], args.join(" "));
    assert.match(stderr, /Usage: install\.sh/);
  }
});

Deno.test("synapse.env.example names variables that there are, and sets none", async () => {
  const text = await Deno.readTextFile(new URL("systemd/synapse.env.example", import.meta.url));
  assert.ok(text.split("\n").every((line) => line === "" || line.startsWith("#")));
  const named = [...text.matchAll(/^#([A-Z_]+)=/gm)].map(([, name = ""]) => name);
  assert.ok(named.length > 5);
  assert.deepEqual(named.filter((name) => !Object.hasOwn(VARIABLES, name)), []);
});
