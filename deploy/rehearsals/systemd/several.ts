/**
 * Part of the rehearsal: two nodes on the machine, with a Postgres in common.
 *
 * @module
 */
import { freePort } from "../../../.ci/services/free_port.ts";
import { ensureInstalled } from "../../../.ci/services/install.ts";
import { startPostgres } from "../../../.ci/services/postgres.ts";
import { POSTGRES } from "../../../.ci/services/requirements.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { Conversations } from "../conversations.ts";
import { require } from "../rehearsal_error.ts";
import { DEPLOY } from "./program_file.ts";
import { Stage, UNIT } from "./stage.ts";

const UNITS = ["synapse@n1.service", "synapse@n2.service"] as const;

/** How many clients talk to one of the nodes. */
const CLIENTS = 4;

/** How long they talk before something happens to the other node, in milliseconds. */
const TALK_MS = 1500;

/** Where the machine has the number of the process group of an upgrade. */
const GROUP = "/run/upgrade.group";

/** How long an upgrade may take until the first node is started, in milliseconds. */
const CUT_OFF_MS_MAX = 60_000;

/** Puts two nodes in the place of the single one. Postgres is a private one of this machine. */
export async function runSeveral(single: Stage, apiKey: string): Promise<void> {
  const { machine, checklist } = single;
  await ensureInstalled([POSTGRES]);
  await using postgres = await startPostgres();
  const config = `${machine.root}/opt/synapse/config`;
  const database = { server: postgres.url, name: "synapse" };
  await machine.output(["createdb", `--maintenance-db=${database.server}`, database.name]);
  const ports = UNITS.map(() => freePort());
  const conversations = new Conversations(`http://127.0.0.1:${ports[1]}`, apiKey, CLIENTS);
  const stage = new Stage(machine, checklist, conversations, UNITS[0]);
  checklist.part("Several nodes");
  await checklist.step("two nodes on one machine know each other by Postgres", async () => {
    await machine.output(["systemctl", "disable", "--now", UNIT]);
    const url = new URL(database.name, database.server);
    const shared = `SYNAPSE_API_KEY=${apiKey}\nDATABASE_URL=${url}\n`;
    await Deno.writeTextFile(`${config}/synapse.env`, shared);
    for (const [i, port] of ports.entries()) {
      const own = `SYNAPSE_PORT=${port}\nSYNAPSE_METRICS_PORT=${freePort()}\n`;
      await Deno.writeTextFile(`${config}/n${i + 1}.env`, own);
    }
    await machine.output(["systemctl", "enable", "--now", ...UNITS]);
    const { items } = await conversations.client.list<{ readonly id: string }>("/api/v1/nodes");
    const names = items.map(({ id }) => id).sort();
    require(names.length === 2 && names.every((id, i) => id.endsWith(`-n${i + 1}`)), `${names}`);
    await conversations.open();
    return names.join(", ");
  });
  await backUpPostgres(stage, database);
  await checklist.step(
    "kill -9 of one under load: the other takes over, nothing is lost",
    async () => {
      const before = await stage.unit();
      await stage.underLoad(async () => {
        await systemClock.sleep(TALK_MS);
        await machine.output(["kill", "-KILL", `${before.pid}`]);
        await stage.servesAfter(before);
      });
      return `${await conversations.check()} messages there`;
    },
  );
  await checklist.step(
    "install.sh upgrade that loses its terminal goes back, nothing is lost",
    () => cutOff(stage),
  );
  await checklist.step(
    "install.sh upgrade restarts one after the other, nothing is lost",
    async () => {
      const release = await stage.release("fourth");
      const pids = () => Promise.all(UNITS.map(async (unit) => (await machine.unit(unit)).pid));
      const before = await pids();
      const said = await stage.underLoad(() => stage.install("upgrade", release));
      const after = await pids();
      require(after.every((pid, i) => pid !== 0 && pid !== before[i]), `${before} became ${after}`);
      require(/Restarting synapse@n1.*Restarting synapse@n2/s.test(said), said);
      return `${await conversations.check()} messages there`;
    },
  );
  await machine.output(["systemctl", "stop", ...UNITS]);
}

/** An upgrade gets SIGHUP, with all that it has started, while the first node has not started. */
async function cutOff(stage: Stage): Promise<string> {
  const { machine, conversations } = stage;
  const release = await stage.release("cut_off", "silent");
  const current = () => machine.output(["readlink", "/opt/synapse/bin/synapse"]);
  const before = await current();
  const { code, stderr } = await stage.underLoad(async () => {
    const script = `echo $$ >${GROUP}; exec bash ${DEPLOY}/install.sh upgrade ${release}`;
    const ended = machine.end(["setsid", "--wait", "sh", "-c", script]);
    await machine.until("the first node is started with it", CUT_OFF_MS_MAX, async () => {
      const { active } = await stage.unit();
      return active === "activating";
    });
    await machine.output(["kill", "-HUP", "--", `-${await machine.output(["cat", GROUP])}`]);
    return await ended;
  });
  require(code === 1 && /was cut off/.test(stderr), `It ended with ${code}: ${stderr}`);
  require(await current() === before, `The program is ${await current()}`);
  for (const unit of UNITS) {
    const { active } = await machine.unit(unit);
    require(active === "active", `${unit} is ${active}`);
  }
  return `${await conversations.check()} messages there`;
}

/** A database, and the server that has it, by the URL of another database there. */
interface Database {
  readonly server: string;
  readonly name: string;
}

/** Makes backups of the database, and puts one in the place of all that it has. */
async function backUpPostgres(stage: Stage, { server, name }: Database): Promise<void> {
  const { machine, checklist, conversations } = stage;
  await checklist.step(
    "synapse-backup.service backs Postgres up with the pg_dump on its path, under load",
    async () => {
      const backup = await stage.underLoad(() => stage.backUp());
      await machine.output(["test", "-s", `${backup}/journal.dump`]);
      return `pg_dump is ${await machine.output([
        "readlink",
        "--canonicalize",
        "/usr/bin/pg_dump",
      ])}`;
    },
  );
  await checklist.step(
    "install.sh run restore fills an empty Postgres, and both nodes go on from there",
    async () => {
      const backup = await stage.backUp();
      await machine.output(["systemctl", "stop", "synapse@*"]);
      await machine.output(["dropdb", `--maintenance-db=${server}`, name]);
      await machine.output(["createdb", `--maintenance-db=${server}`, name]);
      const said = await stage.install("run", "restore", backup);
      require(/none was edited/.test(said), said);
      await machine.output(["systemctl", "start", ...UNITS]);
      await stage.underLoad(() => systemClock.sleep(TALK_MS));
      return `${await conversations.check()} messages there`;
    },
  );
}
