import assert from "node:assert/strict";
import { VARIABLES } from "../runtime/config/environment.ts";
import { InstallMachine } from "./install_machine.ts";

const HOME = "/opt/synapse";

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
  await using machine = await InstallMachine.installed();
  const env = `${machine.root}${HOME}/config/synapse.env`;
  await Deno.writeTextFile(env, "SYNAPSE_PORT=8001\n");
  const before = [await machine.files(), await machine.traces()];
  const program = await machine.program({ version: "1.0.0" });
  const dry = await machine.run("--dry-run", "install", program);
  assert.deepEqual([dry.code, dry.stdout, dry.stderr], [0, "", ""]);
  const again = await machine.run("install", program);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual([await machine.files(), await machine.traces()], before);
  assert.deepEqual(again.calls, []);
  assert.equal(await Deno.readTextFile(env), "SYNAPSE_PORT=8001\n");
});

Deno.test("install done again mends modes and owners", async () => {
  await using machine = await InstallMachine.installed();
  await Deno.chmod(`${machine.root}${HOME}/data`, 0o755);
  await machine.own("root:root", `${HOME}/data`);
  const again = await machine.run("install", await machine.program({ version: "1.0.0" }));
  assert.deepEqual([again.code, again.calls], [0, [`chown synapse:synapse ${HOME}/data`]]);
  assert.ok((await machine.files()).includes(`750 ${HOME}/data`));
});

Deno.test("install refuses another version than the one that is there, and what is not Synapse", async () => {
  await using machine = await InstallMachine.installed();
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

  await using machine = await InstallMachine.installed("synapse.service");
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

  assert.equal((await machine.run("upgrade", next)).code, 0);
  const third = await machine.program({ version: "3.0.0" });
  const { stdout } = await machine.run("--dry-run", "upgrade", third);
  assert.deepEqual(stdout.match(/rm -rf \S+releases\/[\d.]+/g)?.map((line) => line.slice(-5)), [
    "1.0.0",
  ]);
});

Deno.test("a dry run wants root as well, who alone sees what is in config/", async () => {
  const folder = await Deno.makeTempDir({ prefix: "synapse_install_" });
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.copyFile(new URL("install.sh", import.meta.url), `${folder}/install.sh`);
    const { code, stderr } = await new Deno.Command("bash", {
      args: [`${folder}/install.sh`, "--dry-run", "uninstall"],
      cwd: "/",
      clearEnv: true,
      ...(Deno.uid() === 0 ? { uid: 65534, gid: 65534 } : {}),
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /run this as root/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run hands all that follows to the program, as the service's user with its variables", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
  const common =
    "User=synapse Environment=SYNAPSE_DATA_DIR=/opt/synapse/data SYNAPSE_SKILLS_DIR=/opt/synapse/skills  " +
    "EnvironmentFile=-/opt/synapse/config/synapse.env";
  const words = ["backup", "--to", "/a b", "--dry-run", "--json"];
  const done = await machine.run("run", ...words);
  assert.deepEqual([done.code, done.stdout], [5, `${words.join("\n")}\n`]);
  assert.deepEqual(done.services, [common]);

  await Deno.writeTextFile(`${machine.root}${HOME}/config/n1.env`, "SYNAPSE_PORT=8001\n");
  const one = await machine.run("--node", "n1", "run", "doctor");
  assert.deepEqual(one.services, [`${common} EnvironmentFile=/opt/synapse/config/n1.env`]);
  const none = await machine.run("--node", "n2", "run", "doctor");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /there is no node n2/);

  const dry = await machine.run("--dry-run", "run", "doctor");
  assert.deepEqual([dry.code, dry.services], [0, []]);
  assert.match(dry.stdout, /^would run: systemd-run .*User=synapse .*\/bin\/synapse doctor$/m);
});

Deno.test("uninstall keeps what the node had; with --purge nothing is left", async () => {
  await using machine = await InstallMachine.installed("synapse.service");
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
