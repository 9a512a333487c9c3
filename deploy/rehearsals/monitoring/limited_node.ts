/**
 * A node whose memory the kernel limits.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Member } from "../../../runtime/e2e/cluster/member.ts";
import { launchArguments, machineEnvironment } from "../../../runtime/e2e/program.ts";
import { startServerProgram } from "./server_program.ts";
import type { Stage } from "./stage.ts";

/**
 * Makes a control group of that name and size, and prints its folder: version 1, or 2. In a shell,
 * because Deno itself writes there only with all permissions.
 */
const MAKE_GROUP = `
for kind in memory/:memory.limit_in_bytes :memory.max; do
  group=/sys/fs/cgroup/\${kind%:*}$1
  test -e "\${group%/*}/cgroup.procs" && mkdir "$group" &&
    echo "$2" >"$group/\${kind#*:}" && echo "$group" && exit
done
exit 1`;

/** Of a group that nothing runs in. */
const PROBE_BYTES = String(2 ** 30);

/**
 * Starts the node in a control group of its own. It has no skills of users: their hosts would have to
 * share what it may use. Needs root.
 *
 * @param bytes what the kernel lets it have
 */
export async function startLimitedNode(
  { site }: Stage,
  { id, env }: Member,
  bytes: number,
): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const group = await makeGroup(`synapse-rehearsal-${Deno.pid}`, bytes);
  started.defer(() => removeGroup(group));
  const [folder, skills] = [`${site.root}/confined`, `${site.root}/no_skills`];
  for (const path of [folder, skills]) await Deno.mkdir(path);
  const join = `echo $$ >"$0/cgroup.procs" && exec "$@"`;
  started.use(
    await startServerProgram({
      service: `node ${id}`,
      port: Number(env.SYNAPSE_METRICS_PORT),
      command: ["sh", "-c", join, group, Deno.execPath(), ...launchArguments(), "serve"],
      env: { ...machineEnvironment(), ...site.env, ...env, SYNAPSE_SKILLS_DIR: skills },
      readyPath: "/metrics",
      place: { folder, account: null },
    }),
  );
  return started.move();
}

/** What keeps this machine from limiting a node's memory; null if nothing does. */
export async function memoryObstacle(): Promise<string | null> {
  const { success, stdout } = await shell(MAKE_GROUP, `synapse-probe-${Deno.pid}`, PROBE_BYTES);
  if (!success) return "it needs a control group for memory, which nobody may make here";
  await removeGroup(new TextDecoder().decode(stdout).trim());
  return null;
}

async function makeGroup(name: string, bytes: number): Promise<string> {
  const { code, stdout, stderr } = await shell(MAKE_GROUP, name, String(bytes));
  const text = new TextDecoder();
  assert.equal(code, 0, `Cannot limit a node's memory: ${text.decode(stderr)}`);
  return text.decode(stdout).trim();
}

async function removeGroup(group: string): Promise<void> {
  await shell('rmdir "$1"', group);
}

function shell(script: string, ...args: string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command("sh", { args: ["-c", script, "sh", ...args] }).output();
}
