/**
 * `synapse doctor`: looks at everything a node depends on, and says how to mend what is wrong.
 *
 * @module
 */
import type { Command } from "commander";
import type { Config } from "../config.ts";
import { misspeltVariables } from "../config/misspelt.ts";
import { errorCode, SynapseError } from "../errors.ts";
import { descriptorLimit } from "../file_descriptors.ts";
import { counted } from "./counted.ts";
import type { Cli } from "./cli.ts";
import { EXIT } from "./exit_code.ts";
import { fault, type Finding, ok, warning } from "./finding.ts";
import { teach } from "./help.ts";
import { readConfig } from "./load_config.ts";
import type { Style } from "./style.ts";

/** The command. */
export function doctorCommand(cli: Cli): Command {
  return teach("doctor", "Check everything a node depends on, and say how to mend it", [
    "doctor",
    "doctor --config config.yaml --json",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .action((options) => doctor(cli, options));
}

async function doctor(cli: Cli, options: { readonly config?: string }): Promise<void> {
  const findings: Finding[] = [];
  const note = (finding: Finding) => {
    findings.push(finding);
    if (!cli.json) cli.print(formatFinding(finding, cli.terminal.style));
  };
  for await (const finding of examine(cli, options.config)) note(finding);
  const faults = findings.filter(({ status }) => status === "fault").length;
  if (faults > 0) cli.exit = EXIT.failed;
  const warnings = findings.filter(({ status }) => status === "warning").length;
  cli.show(
    { ok: faults === 0, findings },
    () => `\n${counted(faults, "fault")}, ${counted(warnings, "warning")}`,
  );
}

/** All checks, one after the other. Those that need a configuration are left out when it is wrong. */
async function* examine(cli: Cli, file: string | undefined): AsyncGenerator<Finding> {
  const machine = await import("./check_machine.ts");
  let config: Config | null = null;
  try {
    config = await readConfig(cli.world, { SYNAPSE_CONFIG: file });
    yield ok("configuration", "No fault");
  } catch (error) {
    if (!(error instanceof SynapseError) || errorCode(error) !== "config_invalid") throw error;
    const mend = "See `synapse config check` and docs/configuration.md";
    yield fault("configuration", error.message.replaceAll(/\n\s*/g, "; "), mend);
  }
  for (const { message } of misspeltVariables(cli.world.env)) {
    yield warning("environment", message, "Correct its name, or unset it");
  }
  const { clock } = cli.world;
  let written: number | null = null;
  if (config !== null) {
    const [network, skills] = await Promise.all([
      import("./check_network.ts"),
      import("./check_skills.ts"),
    ]);
    yield machine.checkDataFolder(config.data_dir);
    yield machine.checkFreeSpace(config.data_dir);
    yield machine.checkWorkspace(config.skills.workspace);
    if (config.journal.kind === "sqlite") {
      const { checkJournal, writtenAt } = await import("./check_journal.ts");
      yield await checkJournal(config.journal.path);
      written = writtenAt(config.journal.path);
    } else {
      const { checkPostgres } = await import("./check_postgres.ts");
      yield* await checkPostgres(config.journal);
    }
    if (config.redis !== null) {
      const { checkRedis } = await import("./check_redis.ts");
      yield* await checkRedis(config.redis, clock, await knownJournal(config));
    }
    if (config.memory?.index.kind === "qdrant") {
      const { checkQdrant } = await import("./check_qdrant.ts");
      const { index, embeddings } = config.memory;
      yield* await checkQdrant(index, { ...cli.world, model: embeddings });
    }
    const { host: hostname, port, metrics_port } = config.http;
    yield await network.checkPort("API port", { hostname, port }, clock);
    yield await network.checkPort("metrics port", { hostname, port: metrics_port }, clock);
    for (const [name, provider] of Object.entries(config.llm.providers)) {
      const isDefault = name === config.llm.default_provider;
      yield await network.checkProvider(name, provider, { clock, isDefault });
    }
    yield* await skills.checkSkillsFolder(config, cli.world);
  }
  yield machine.checkClock(clock.now(), written);
  yield machine.checkDescriptors(descriptorLimit());
}

/** Which journal is configured; null if it cannot be read, which is a fault of its own. */
async function knownJournal({ journal }: Config): Promise<{ readonly id: string | null } | null> {
  const { readSchema } = await import("../compose/journal_schema.ts");
  try {
    return await readSchema(journal);
  } catch {
    return null;
  }
}

/** A finding as one line, and what to do about it as a second one. */
export function formatFinding({ check, status, detail, mend }: Finding, style: Style): string {
  const mark = {
    ok: style.green("ok     "),
    warning: style.yellow("warning"),
    fault: style.red("fault  "),
  }[status];
  return `${mark}  ${check}: ${detail}${mend === null ? "" : `\n         → ${mend}`}`;
}
