/**
 * How many files, sockets included, this process may have open.
 *
 * @module
 */

/**
 * The limit, or null where the system does not tell. Infinity: there is none.
 *
 * A shell tells it, because it inherits it. Deno has no way to ask, and to read it under `/proc` would
 * take all permissions. Needs `--allow-run=sh`.
 */
export function descriptorLimit(): number | null {
  try {
    const shell = new Deno.Command("sh", { args: ["-c", "ulimit -n"], stderr: "null" });
    const { success, stdout } = shell.outputSync();
    return success ? limitOf(new TextDecoder().decode(stdout).trim()) : null;
  } catch {
    return null;
  }
}

/** What `ulimit -n` printed, as a number; null if that is none. */
export function limitOf(printed: string): number | null {
  if (printed === "unlimited") return Infinity;
  return /^[1-9]\d*$/.test(printed) ? Number(printed) : null;
}
