/**
 * Part of the rehearsal: backups, upgrades, the way back, and the end.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import { require } from "../rehearsal_error.ts";
import { DEPLOY } from "./program_file.ts";
import { BACKUPS, type Stage, UNIT } from "./stage.ts";

const PROGRAM = "/opt/synapse/bin/synapse";
const DATA = "/opt/synapse/data";

/** How long clients talk to the restored node, in milliseconds. */
const TALK_MS = 1500;

/** How long a restart may take where a release never starts, in seconds. */
const RESTART_SECONDS = 30;

/** Makes backups beside the running node, and puts one in the place of all that the node has. */
export async function backUpNode(stage: Stage): Promise<void> {
  const { machine, checklist, conversations } = stage;
  checklist.part("Backup");
  await checklist.step("the timer knows when", async () => {
    await machine.output(["systemctl", "enable", "--now", "synapse-backup.timer"]);
    const next = await machine.output(
      ["systemctl", "show", "--value", "--property=NextElapseUSecRealtime", "synapse-backup.timer"],
    );
    require(next !== "", "It does not");
    return next;
  });
  await checklist.step(
    "the service writes a backup beside the running node, for its user only",
    async () => {
      await stage.underLoad(() => stage.backUp());
      const [only = "", ...more] = await stage.backups();
      require(/\/synapse-\d{8}T[\d.]+Z$/.test(only) && more.length === 0, `Found ${only} ${more}`);
      const owner = await machine.output(["stat", "--format=%U %a", BACKUPS]);
      require(owner === "synapse 700", `The folder is ${owner}`);
      return only;
    },
  );
  await checklist.step(
    "install.sh run doctor looks at the service's folder, and finds no fault",
    async () => {
      const said = await stage.install("run", "doctor");
      require(said.includes(`${DATA}/synapse.db`), said);
      return said.split("\n").at(-1);
    },
  );
  await checklist.step(
    "install.sh run restore fills the empty folder, and the unit goes on from there",
    async () => {
      const backup = await stage.backUp();
      await machine.output(["systemctl", "stop", UNIT]);
      await machine.output(["find", DATA, "-mindepth", "1", "-delete"]);
      const said = await stage.install("run", "restore", backup);
      require(/none was edited/.test(said), said);
      const file = await machine.output(["stat", "--format=%U:%G %a", `${DATA}/synapse.db`]);
      require(file === "synapse:synapse 600", `The journal's file is ${file}`);
      await machine.output(["systemctl", "start", UNIT]);
      await stage.install("run", "memory", "reindex");
      await stage.underLoad(() => systemClock.sleep(TALK_MS));
      return `${await conversations.check()} messages there`;
    },
  );
}

/** Upgrades, to a release that works and to one that does not, and goes back. */
export async function upgradeNode(stage: Stage): Promise<void> {
  const { machine, checklist, conversations } = stage;
  const current = () => machine.output(["readlink", PROGRAM]);
  const intact = async () => {
    const { active } = await stage.unit();
    require(active === "active", `The unit is ${active}`);
    return `${await conversations.check()} messages there`;
  };
  checklist.part("Upgrade");
  const first = await current();
  await checklist.step(
    "install.sh upgrade under load: another release runs, nothing is lost",
    async () => {
      const release = await stage.release("second");
      await stage.underLoad(() => stage.install("upgrade", release));
      require(await current() !== first, "The release is the same");
      return await intact();
    },
  );
  const second = await current();
  await checklist.step(
    "install.sh upgrade to a release that never starts goes back by itself",
    async () => {
      const release = await stage.release("third", "silent");
      const { code, stderr } = await stage.underLoad(() =>
        machine.end([
          "env",
          `RESTART_SECONDS=${RESTART_SECONDS}`,
          "bash",
          `${DEPLOY}/install.sh`,
          "upgrade",
          release,
        ])
      );
      require(code === 1 && /went back to/.test(stderr), `It ended with ${code}: ${stderr}`);
      require(await current() === second, `The program is ${await current()}`);
      return await intact();
    },
  );
  await checklist.step(
    "install.sh rollback under load: the first release runs, nothing is lost",
    async () => {
      await stage.underLoad(() => stage.install("rollback"));
      require(await current() === first, `The program is ${await current()}`);
      return await intact();
    },
  );
}

/** Takes all of it away. */
export async function uninstallNode(stage: Stage): Promise<void> {
  const { machine, checklist } = stage;
  const exists = async (path: string) => (await machine.end(["test", "-e", path])).code === 0;
  checklist.part("Uninstall");
  await checklist.step("install.sh uninstall stops the node and leaves what it had", async () => {
    const { pid } = await stage.unit();
    await stage.install("uninstall");
    require(!await exists(`/proc/${pid}`), "The node runs");
    const { stdout } = await machine.end([
      "systemctl",
      "list-unit-files",
      "--no-legend",
      "synapse*",
    ]);
    require(stdout.trim() === "", `There are units still: ${stdout}`);
    require(!await exists(PROGRAM), `${PROGRAM} is there`);
    for (const path of ["data/synapse.db", "config/synapse.env"]) {
      require(await exists(`/opt/synapse/${path}`), `${path} is gone`);
    }
  });
  await checklist.step(
    "install.sh uninstall --purge leaves the backups, and the operator's drop-in",
    async () => {
      const before = await exists(BACKUPS);
      await stage.install("uninstall", "--purge");
      require(!await exists("/opt/synapse"), "/opt/synapse is there");
      require((await machine.end(["getent", "passwd", "synapse"])).code !== 0, "The user is there");
      require(await exists(BACKUPS) === before, "The backups are gone");
      require(await exists(`/etc/systemd/system/${UNIT}.d/override.conf`), "The drop-in is gone");
    },
  );
}
