/**
 * How much memory this node may use.
 *
 * @module
 */
import process from "node:process";

/**
 * The tighter of the two bounds, in bytes.
 *
 * @param constrainedBytes the control group's limit; 0, or more than there is, where it has none
 * @param machineBytes all memory of the machine
 */
export function memoryLimitBytes(constrainedBytes: number, machineBytes: number): number {
  return constrainedBytes > 0 ? Math.min(constrainedBytes, machineBytes) : machineBytes;
}

/**
 * This process's bound: that of its control group (v1 or v2, which Deno finds; reading the files under
 * `/sys` ourselves would take all permissions), else the machine's memory. Needs
 * `--allow-sys=systemMemoryInfo`.
 */
export function systemMemoryLimitBytes(): number {
  return memoryLimitBytes(process.constrainedMemory(), Deno.systemMemoryInfo().total);
}
