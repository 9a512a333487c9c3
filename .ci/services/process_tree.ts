/**
 * Which processes belong to which. Postgres answers each client in a process of its own, and all of
 * them must stop for the server to stand still.
 *
 * Knows Linux. Elsewhere a server counts as its main process alone.
 *
 * @module
 */

/** A line of the system's process table. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** Whether it has ended and is only not yet reaped. */
  readonly ended: boolean;
}

/** Reads lines of `/proc/…/stat`: `pid (name) state parent …`, where the name may hold anything. */
export function parseProcessTable(text: string): ProcessRow[] {
  return [...text.matchAll(/^(\d+) \(.*\) (\w) (\d+) /gm)].map(([, pid, state, parent]) => ({
    pid: Number(pid),
    parent: Number(parent),
    ended: state === "Z" || state === "X",
  }));
}

/** A process's children that live. */
export async function childrenOf(pid: number): Promise<number[]> {
  const rows = await readProcessTable();
  return rows.filter(({ parent, ended }) => parent === pid && !ended).map(({ pid }) => pid);
}

/** Whether any of the processes lives. */
export async function anyLives(pids: readonly number[]): Promise<boolean> {
  const rows = await readProcessTable();
  return rows.some(({ pid, ended }) => pids.includes(pid) && !ended);
}

/** Sends a signal; a process that has ended needs none. */
export function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** By another program: Deno itself opens /proc to those only who may do everything. */
async function readProcessTable(): Promise<ProcessRow[]> {
  const args = ["-c", "cat /proc/[0-9]*/stat"];
  const { stdout } = await new Deno.Command("sh", { args, stderr: "null" }).output();
  return parseProcessTable(new TextDecoder().decode(stdout));
}
