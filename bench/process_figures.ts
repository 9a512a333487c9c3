/**
 * What processes cost, as Linux counts it.
 *
 * @module
 */

/** Clock ticks in a second (`getconf CLK_TCK`): 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** Processor time of a process and its children that live, in milliseconds. */
export async function processorMs(parent: number): Promise<number> {
  let ticks = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => null);
    if (stat === null) continue;
    // After the name, which may hold anything and ends with the last bracket (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [ppid, user, system] = [fields[1], fields[11], fields[12]].map(Number);
    if (Number(name) === parent || ppid === parent) ticks += (user ?? 0) + (system ?? 0);
  }
  return ticks * 1000 / TICKS_PER_SECOND;
}

/** The most memory that a process ever had resident, in MiB. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
}
