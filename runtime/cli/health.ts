/**
 * `synapse health`: whether the node lives, or can work, for container health checks.
 *
 * @module
 */
import type { Command } from "commander";
import type { ApiReady } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { problemError } from "./client.ts";
import { withDeadline } from "./deadline.ts";
import { EXIT } from "./exit_code.ts";
import { duration, teach } from "./help.ts";
import { formatTable } from "./table.ts";

/** The command. */
export function healthCommand(cli: Cli): Command {
  return teach("health", "Ask the node whether it lives, or with --ready whether it can work", [
    "health",
    "health --ready --json",
  ])
    .option("--ready", "look at each dependency; fails unless the node can work")
    .option("--timeout <duration>", "how long to wait for the answer", duration, 5000)
    .action((options) => health(cli, options));
}

interface HealthOptions {
  readonly ready?: boolean;
  readonly timeout: number;
}

async function health(cli: Cli, { ready, timeout }: HealthOptions): Promise<void> {
  const client = cli.client();
  const [working, report] = await withDeadline(cli.world.clock, timeout, async (signal) => {
    const response = await client.send("GET", ready ? "/ready" : "/health", { signal });
    return [response.ok, await readReport(response, cli.url)] as const;
  });
  if (!working) cli.exit = EXIT.failed;
  cli.show(report, () => {
    const checks = Object.entries(report.checks ?? {});
    const rows = checks.map(([name, check]) => [name, check.status, check.detail ?? ""]);
    const table = rows.length > 0 ? "\n" + formatTable(["CHECK", "STATUS", "DETAIL"], rows) : "";
    return report.status + table;
  });
}

/** Reads what a node says of itself. @throws {CliError} if it was no node's API that answered */
async function readReport(response: Response, url: string): Promise<ApiReady> {
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("application/json")) throw await problemError(response);
  const report: Partial<ApiReady> & { readonly serves?: string } = await response.json();
  if (report.serves === undefined && typeof report.status === "string") return report as ApiReady;
  const what = report.serves === undefined
    ? "answers in other words than a node"
    : `is a node's port for ${report.serves}`;
  throw new CliError(`${url} ${what}, wanted the node's API`, {
    exit: EXIT.unreachable,
    code: "not_a_node",
    hint:
      "Say where the API is with --url or SYNAPSE_URL; it listens at SYNAPSE_HOST and SYNAPSE_PORT",
  });
}
