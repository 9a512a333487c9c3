/**
 * What all parts of the rehearsal work with.
 *
 * @module
 */
import type { Checklist } from "../checklist.ts";
import type { Conversations } from "../conversations.ts";
import { require } from "../rehearsal_error.ts";
import type { Machine } from "./machine.ts";
import { type Defect, DEPLOY, programFile } from "./program_file.ts";
import type { UnitState } from "./unit_state.ts";

/** The unit that is rehearsed. */
export const UNIT = "synapse.service";

/** Where the service puts backups. */
export const BACKUPS = "/var/lib/synapse/backups";

/** How long systemd may take to have the node serve again, in milliseconds, on a busy machine. */
const SERVING_MS_MAX = 60_000;

/** The stage. */
export class Stage {
  readonly machine: Machine;
  readonly checklist: Checklist;
  readonly conversations: Conversations;
  readonly #unit: string;

  /** @param unit the node's; that of a single node unless given */
  constructor(
    machine: Machine,
    checklist: Checklist,
    conversations: Conversations,
    unit: string = UNIT,
  ) {
    this.machine = machine;
    this.checklist = checklist;
    this.conversations = conversations;
    this.#unit = unit;
  }

  /** How the node's unit is. */
  unit(): Promise<UnitState> {
    return this.machine.unit(this.#unit);
  }

  /** What systemd and the node said last. */
  async lastWords(): Promise<string> {
    const script =
      "systemctl status --no-pager --full 'synapse*'; journalctl --no-pager --lines=40";
    return (await this.machine.end(["sh", "-c", script])).stdout;
  }

  /** Puts a release there; its path inside of the machine. */
  async release(name: string, defect: Defect | null = null): Promise<string> {
    const path = `/opt/runtime/${name}`;
    await Deno.writeTextFile(this.machine.root + path, programFile(name, defect));
    await Deno.chmod(this.machine.root + path, 0o755);
    return path;
  }

  /** Runs `install.sh`, which has to succeed; what it printed. */
  install(...args: readonly string[]): Promise<string> {
    return this.machine.output(["bash", `${DEPLOY}/install.sh`, ...args]);
  }

  /** Has the service make a backup, beside the running nodes; the newest one that there is then. */
  async backUp(): Promise<string> {
    await this.machine.output(["systemctl", "start", "synapse-backup.service"]);
    const newest = (await this.backups()).at(-1);
    require(newest !== undefined, "There is no backup");
    return newest;
  }

  /** The backups of the service by their paths, the oldest first. */
  async backups(): Promise<string[]> {
    const { stdout } = await this.machine.end(["ls", BACKUPS]);
    return stdout.split("\n").filter((name) => name !== "").map((name) => `${BACKUPS}/${name}`);
  }

  /** Waits until systemd has started the node anew and the node serves; how its unit is then. */
  async servesAfter(before: UnitState): Promise<UnitState> {
    let now = before;
    await this.machine.until("the node serves again", SERVING_MS_MAX, async () => {
      now = await this.unit();
      return now.active === "active" && now.pid !== 0 && now.pid !== before.pid;
    });
    require(now.restarts === before.restarts + 1, `Started ${now.restarts} times by itself`);
    return now;
  }

  /** Has the clients talk meanwhile; what `work` resolves to. */
  async underLoad<Result>(work: () => Promise<Result>): Promise<Result> {
    const stop = new AbortController();
    const talking = this.conversations.talk(stop.signal);
    try {
      return await work();
    } finally {
      stop.abort();
      await talking;
    }
  }
}
