/**
 * A machine with a systemd of its own: a container of systemd-nspawn.
 *
 * It shares the network of this one, so that a node in it is reached as if it ran here.
 *
 * @module
 */
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { childrenOf, signalProcess } from "../../../.ci/services/process_tree.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { end, type Ended, output, type Words } from "../command.ts";
import { require } from "../rehearsal_error.ts";
import { makeSystemTree, type Mounts, SYSTEM_MOUNTS } from "./system_tree.ts";
import { parseUnit, type UnitState } from "./unit_state.ts";

/** How long the machine may take to start, and to stop, in milliseconds. */
const BOOT_MS_MAX = 60_000;
const STOP_MS_MAX = 20_000;

/** Between two looks, in milliseconds. */
const LOOK_MS = 100;

/** Nothing of this machine's environment is known there. */
const ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin", "LC_ALL=C.UTF-8"] as const;

/** A running machine. Dispose of it to stop it and delete it. */
export class Machine implements AsyncDisposable {
  /** Where its root folder is here. What this one mounts there is seen inside only. */
  readonly root: string;
  readonly #nspawn: Deno.ChildProcess;
  /** The process that is number 1 there. */
  readonly #init: number;

  private constructor(root: string, nspawn: Deno.ChildProcess, init: number) {
    this.root = root;
    this.#nspawn = nspawn;
    this.#init = init;
  }

  /**
   * Starts one.
   *
   * @param mounts what it shows of this machine besides its programs
   * @throws {RehearsalError} if it does not get so far that its systemd says it runs
   */
  static async boot(mounts: Mounts): Promise<Machine> {
    const root = await Deno.makeTempDir({ prefix: "synapse_machine_" });
    await makeSystemTree(root);
    const [program = "", ...args] = await nspawnCommand(root, { ...SYSTEM_MOUNTS, ...mounts });
    const nspawn = new Deno.Command(program, {
      args,
      // As on today's systems, whatever this one has. In a container with the old hierarchy systemd does
      // not hear when a unit's last process is gone.
      env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const machine = new Machine(root, nspawn, await firstChild(nspawn.pid));
    try {
      await machine.until("its systemd says that it runs", BOOT_MS_MAX, async () => {
        const { stdout } = await machine.end(["systemctl", "is-system-running"]);
        return stdout.trim() === "running";
      });
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
    return machine;
  }

  /** Runs a program there, as root, to its end. */
  end(words: Words, seconds = 120): Promise<Ended> {
    return end(["nsenter", "-t", `${this.#init}`, "-a", ...ENVIRONMENT, ...words], { seconds });
  }

  /** Runs a program there that has to succeed; resolves to what it printed. @throws {RehearsalError} */
  output(words: Words, seconds = 120): Promise<string> {
    return output(["nsenter", "-t", `${this.#init}`, "-a", ...ENVIRONMENT, ...words], { seconds });
  }

  /** How a unit is. */
  async unit(name: string): Promise<UnitState> {
    return parseUnit(await this.output(["systemctl", "show", name]));
  }

  /** Waits for something there. @throws {RehearsalError} if it does not come in time */
  async until(what: string, ms: number, look: () => Promise<boolean>): Promise<void> {
    const late = systemClock.monotonic() + ms;
    while (!await look()) {
      require(systemClock.monotonic() < late, `Waited ${ms} ms in vain until ${what}`);
      await systemClock.sleep(LOOK_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What systemd-nspawn takes for the order to power off.
    signalProcess(this.#nspawn.pid, "SIGTERM");
    const stopped = new AbortController();
    void systemClock.sleep(STOP_MS_MAX, stopped.signal).then(() => {
      if (!stopped.signal.aborted) signalProcess(this.#nspawn.pid, "SIGKILL");
    });
    await this.#nspawn.status;
    stopped.abort();
    await removeTree(this.root);
  }
}

/** The command line, which ends with this process, whatever becomes of it. */
async function nspawnCommand(root: string, mounts: Mounts): Promise<string[]> {
  // Where systemd runs, it keeps account of machines. Elsewhere there is nobody to do that.
  const supervised = await Deno.stat("/run/systemd/system").then(() => true, () => false);
  return [
    ...await deathSignalPrefix("SIGTERM"),
    "systemd-nspawn",
    "--quiet",
    `--directory=${root}`,
    `--machine=${root.slice(root.lastIndexOf("/") + 1).replaceAll("_", "-")}`,
    ...(supervised ? [] : ["--register=no", "--keep-unit"]),
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    ...Object.entries(mounts).map(([here, there]) => `--bind-ro=${here}:${there}`),
    "--boot",
  ];
}

/** The first process that this one starts. */
async function firstChild(pid: number): Promise<number> {
  const late = systemClock.monotonic() + BOOT_MS_MAX;
  for (;;) {
    const [child] = await childrenOf(pid);
    if (child !== undefined) return child;
    require(systemClock.monotonic() < late, "systemd-nspawn did not start");
    await systemClock.sleep(LOOK_MS);
  }
}

/** Deletes the folder, once it is sure that nothing of this machine can be seen through it. */
async function removeTree(root: string): Promise<void> {
  for await (const { name } of Deno.readDir(`${root}/usr`)) {
    require(false, `${root}/usr holds ${name}: it is still mounted, delete nothing there`);
  }
  await Deno.remove(root, { recursive: true });
}
