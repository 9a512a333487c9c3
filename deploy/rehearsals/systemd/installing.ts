/**
 * Part of the rehearsal: install, start, and what the node may not do.
 *
 * @module
 */
import { ledgerSkill } from "../../../runtime/e2e/ledger.ts";
import { ask, openSession } from "../../../runtime/e2e/session_calls.ts";
import { require } from "../rehearsal_error.ts";
import type { Machine } from "./machine.ts";
import { type Stage, UNIT } from "./stage.ts";

/**
 * Settings of the rehearsal alone, as an operator would change them: it has no minute for each fault.
 * Where the node listens is known from here only, and the note is of signs that mean something to shells
 * and to systemd; `install.sh` has to pass all of it on.
 */
function dropIn({ host, port }: Pick<NodeSettings, "host" | "port">): string {
  return `[Service]
WatchdogSec=5
Environment=SYNAPSE_HOST=${host} SYNAPSE_PORT=${port}
Environment='NOTE=costs 5$ a \`node\`, or 100%% of "it"'
`;
}

/** The exposure that systemd may find, in tenths. */
const EXPOSURE_MAX = 25;

/** All that an installation could change. */
const PLACES =
  "find /opt/synapse /etc/systemd/system /var/lib/synapse /etc/passwd -printf '%p %m %u %s %i %T@\n'";

/** What the node listens at, and its key. */
export interface NodeSettings {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly apiKey: string;
}

/** Installs a release and writes the operator's files. */
export async function installNode(
  stage: Stage,
  release: string,
  node: NodeSettings,
): Promise<void> {
  const { machine, checklist } = stage;
  const files = () => machine.end(["sh", "-c", PLACES]).then(({ stdout }) => stdout);
  checklist.part("Install");
  await checklist.step(
    "install.sh --dry-run says what it would do, and does none of it",
    async () => {
      const before = await files();
      const said = await stage.install("--dry-run", "install", release);
      require(/would run: useradd/.test(said), `It said: ${said}`);
      require(await files() === before, "It changed something");
    },
  );
  await checklist.step("install.sh puts all in place, and once more changes nothing", async () => {
    const said = await stage.install("install", release);
    const before = await files();
    await stage.install("install", release);
    require(await files() === before, "The second time changed something");
    return said.split(" Next:")[0];
  });
  await checklist.step("systemd understands every line of the units", async () => {
    const units = [UNIT, "synapse@n1.service", "synapse-backup.service", "synapse-backup.timer"];
    const { code, stderr } = await machine.end(["systemd-analyze", "verify", ...units]);
    require(code === 0 && !/synapse/.test(stderr), stderr);
  });
  await checklist.step(`systemd rates their exposure below ${EXPOSURE_MAX / 10}`, async () => {
    const rate = async (unit: string) => {
      const args = ["security", "--no-pager", `--threshold=${EXPOSURE_MAX}`, unit];
      const said = await machine.output(["systemd-analyze", ...args]);
      return `${unit} ${/level for \S+: ([\d.]+)/.exec(said)?.[1]}`;
    };
    return `${await rate(UNIT)}, ${await rate("synapse-backup.service")}`;
  });
  await writeFiles(machine, node);
  await machine.output(["systemctl", "daemon-reload"]);
}

/** What an operator writes, or has a shell write that lets nobody else read its files. */
async function writeFiles(
  machine: Machine,
  { metricsPort, apiKey, ...node }: NodeSettings,
): Promise<void> {
  await Deno.writeTextFile(
    `${machine.root}/opt/synapse/config/synapse.env`,
    `SYNAPSE_METRICS_PORT=${metricsPort}
SYNAPSE_API_KEY=${apiKey}
`,
  );
  await Deno.writeTextFile(
    `${machine.root}/opt/synapse/skills/note.ts`,
    ledgerSkill("/opt/synapse/data", { name: "note", idempotent: true }),
  );
  await Deno.mkdir(`${machine.root}/etc/systemd/system/${UNIT}.d`);
  await Deno.writeTextFile(
    `${machine.root}/etc/systemd/system/${UNIT}.d/override.conf`,
    dropIn(node),
  );
  await machine.output([
    "sh",
    "-c",
    `umask 077
printf '%s\\n' 'limits:' '  drain_ms: 500' >/run/my.yaml
install -m 640 -g synapse /run/my.yaml /opt/synapse/config/config.yaml`,
  ]);
}

/** Starts the node. */
export async function startNode(stage: Stage): Promise<void> {
  const { machine, checklist, conversations } = stage;
  checklist.part("Start");
  await checklist.step(
    "systemctl start returns when the node can be used, and not before",
    async () => {
      await machine.output(["systemctl", "enable", "--now", UNIT]);
      await conversations.client.get("/ready");
      const { active, restarts } = await stage.unit();
      require(active === "active" && restarts === 0, `It is ${active} after ${restarts} restarts`);
    },
  );
  await checklist.step("systemctl status says how the node is", async () => {
    await machine.until(
      "it does",
      10_000,
      async () => /^Ready at /.test((await stage.unit()).status),
    );
    return (await stage.unit()).status;
  });
  await checklist.step(
    "the process is synapse's, without capabilities, new rights or odd calls",
    async () => {
      const { pid } = await stage.unit();
      const status = await machine.output(["cat", `/proc/${pid}/status`]);
      for (
        const line of [
          /^CapEff:\s+0+$/m,
          /^CapBnd:\s+0+$/m,
          /^NoNewPrivs:\s+1$/m,
          /^Seccomp:\s+2$/m,
        ]
      ) {
        require(line.test(status), `Found no ${line} in ${status}`);
      }
      const user = await machine.output(["stat", "--format=%U", `/proc/${pid}`]);
      require(user === "synapse", `It is ${user}'s`);
    },
  );
  await checklist.step("the node can write to its data, and nowhere else", async () => {
    const { pid } = await stage.unit();
    const write = (path: string) =>
      machine.end(["nsenter", "-t", `${pid}`, "-m", "sh", "-c", `: > ${path} && rm ${path}`]);
    require((await write("/opt/synapse/data/x")).code === 0, "Cannot write to its data");
    for (const folder of ["/opt/synapse/config", "/opt/synapse/bin", "/etc", "/var/lib", "/usr"]) {
      const { code, stderr } = await write(`${folder}/x`);
      require(code !== 0 && /Read-only/.test(stderr), `${folder} is not read only: ${stderr}`);
    }
  });
  await checklist.step(
    "a skill of the operator's runs, in a program that does not know of systemd",
    async () => {
      await openSession(conversations.client, "skilled");
      const answer = await ask(conversations.client, "skilled", '/call note {"text":"a"}');
      require(/note did a/.test(answer), answer);
      const { pid } = await stage.unit();
      const script = `for c in $(cat /proc/${pid}/task/*/children); do cat /proc/$c/environ; done`;
      const environments = await machine.output(["sh", "-c", script]);
      require(/DENO_DIR=/.test(environments), "Found no such program");
      require(!/NOTIFY_SOCKET|WATCHDOG_/.test(environments), "They do");
    },
  );
}
