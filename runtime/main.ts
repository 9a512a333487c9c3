/**
 * The entry point: from the command line to a command, and from its outcome to an exit code.
 *
 * @module
 */

/**
 * Runs the program. A skill host is started once for each pooled process and must load nothing
 * that it does not need, so it goes its own way.
 */
export async function main(args: readonly string[]): Promise<void> {
  if (args[0] === "skill-host") {
    const { runSkillHost } = await import("./sandbox/skill_host.ts");
    await runSkillHost();
    return;
  }
  const [{ runCommandLine }, { systemWorld }] = await Promise.all([
    import("./cli/program.ts"),
    import("./cli/system_world.ts"),
  ]);
  Deno.exit(await runCommandLine(args, systemWorld()));
}

if (import.meta.main) await main(Deno.args);
