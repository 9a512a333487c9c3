/**
 * The rehearsal: a life of an installation on a machine with systemd.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { freePort } from "../../../.ci/services/free_port.ts";
import { bundleProgram } from "../../../.ci/release/bundle.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { systemEntropy } from "../../../runtime/entropy.ts";
import { Checklist } from "../checklist.ts";
import { Conversations } from "../conversations.ts";
import { end } from "../command.ts";
import { programObstacle, type ProgramPackages } from "../programs.ts";
import { failNode } from "./failing.ts";
import { installNode, type NodeSettings, startNode } from "./installing.ts";
import { Machine } from "./machine.ts";
import { backUpNode, uninstallNode, upgradeNode } from "./maintaining.ts";
import { programMounts } from "./program_file.ts";
import { runSeveral } from "./several.ts";
import { Stage } from "./stage.ts";

const DEPLOY = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** Where the single node listens: not where it would without being told. */
const HOST = "127.0.0.2";

/** How many clients talk to the node. */
const CLIENTS = 4;

/** What it needs besides systemd. */
export const PROGRAMS: ProgramPackages = {
  "systemd-nspawn": "systemd-container",
  "dbus-daemon": "dbus",
  nsenter: "util-linux",
  useradd: "passwd",
};

/** Why it cannot take place on this machine; null if it can. */
export async function obstacle(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "it needs root, who alone can start a container with a systemd";
  const missing = await programObstacle(PROGRAMS);
  if (missing !== null) return missing;
  if (!(await Deno.lstat("/bin")).isSymlink) {
    return "it needs a system whose /bin is a link to /usr";
  }
  const namespaces = [
    "unshare",
    "--mount",
    "--pid",
    "--net",
    "--fork",
    "--mount-proc",
    "true",
  ] as const;
  const { code } = await end(namespaces);
  return code === 0 ? null : "it needs namespaces, which this container does not let it make";
}

/**
 * Carries it out.
 *
 * @param print takes a line
 * @returns how many steps went well: all
 * @throws {RehearsalError} what did not
 */
export async function rehearse(print: (line: string) => void): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_rehearsal_" });
  try {
    const bundle = `${folder}/synapse.js`;
    await bundleProgram(bundle);
    await using machine = await Machine.boot(programMounts(bundle, DEPLOY));
    const apiKey = systemEntropy.id("key");
    const node = { host: HOST, port: freePort(), metricsPort: freePort(), apiKey };
    const checklist = new Checklist(systemClock, print);
    const conversations = new Conversations(`http://${HOST}:${node.port}`, apiKey, CLIENTS);
    const stage = new Stage(machine, checklist, conversations);
    try {
      await live(stage, node);
    } catch (error) {
      print(await stage.lastWords());
      throw error;
    }
    return checklist.done;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** All parts, in order. */
async function live(stage: Stage, node: NodeSettings): Promise<void> {
  await installNode(stage, await stage.release("first"), node);
  await startNode(stage);
  await stage.conversations.open();
  await failNode(stage);
  await backUpNode(stage);
  await upgradeNode(stage);
  await runSeveral(stage, node.apiKey);
  await uninstallNode(stage);
}
