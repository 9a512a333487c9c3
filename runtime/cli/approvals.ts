/**
 * `synapse approvals`: what waits for a person, and the person's answer.
 *
 * @module
 */
import { Argument, type Command } from "commander";
import type { ApiApproval, ApiDecision } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { apiPath } from "./client.ts";
import { group, type JsonOption, jsonOption, teach, wholeNumber } from "./help.ts";
import { formatTable } from "./table.ts";

/** The command with its subcommands. */
export function approvalsCommand(cli: Cli): Command {
  const reason = ["--reason <text>", "why; the model is told"] as const;
  return group("approvals", "Decide about risky skill calls, and about interrupted ones", [
    teach("ls", "List what waits for a decision, oldest first", [
      "approvals ls",
      "approvals ls --status all --json",
    ])
      .option("--status <status>", "pending, all, or a way of being settled", "pending")
      .option("--limit <n>", "how many at most", wholeNumber(1), 50)
      .action((options) => list(cli, options)),
    teach("approve <id>", "Let a skill call run, with its own input or an edited one", [
      "approvals approve apr_1",
      `approvals approve apr_1 --input '{"to":"me@example.com"}'`,
    ])
      .option("--input <json>", "run it with this input instead", jsonOption)
      .option(...reason)
      .action((id, { input, reason }) =>
        decide(cli, id, { decision: "approve", value: input, reason })
      ),
    teach("deny <id>", "Keep a skill call from running", [
      'approvals deny apr_1 --reason "Not on a Friday"',
    ])
      .option(...reason)
      .action((id, { reason }) => decide(cli, id, { decision: "deny", reason })),
    teach("settle <id>", "Say what becomes of a call whose outcome a crash left unknown", [
      "approvals settle apr_2 run_again",
      `approvals settle apr_2 treat_as_done --output '{"sent":true}'`,
      'approvals settle apr_2 fail --reason "The mail never came"',
    ])
      .addArgument(
        new Argument("<decision>", "what becomes of it").choices([
          "run_again",
          "treat_as_done",
          "fail",
        ]),
      )
      .option("--output <json>", "with treat_as_done: what the call returned", jsonOption)
      .option(...reason)
      .action((id, decision, { output, reason }) =>
        decide(cli, id, { decision, value: output, reason })
      ),
  ]);
}

interface ListOptions {
  readonly status: string;
  readonly limit: number;
}

async function list(cli: Cli, { status, limit }: ListOptions): Promise<void> {
  const path = apiPath("approvals");
  const page = await cli.client().list<ApiApproval>(path, { query: { status }, limit });
  cli.show(page, () =>
    formatTable(
      ["ID", "STATUS", "KIND", "RISK", "SKILL", "INPUT", "SESSION"],
      page.items.map((approval) => [
        approval.id,
        approval.status,
        approval.kind,
        approval.risk,
        approval.skill,
        JSON.stringify(approval.input),
        approval.session,
      ]),
    ));
}

interface Decided {
  readonly decision: ApiDecision["decision"];
  readonly reason?: string | undefined;
  /** The edited input, or the call's output. */
  readonly value?: JsonOption | undefined;
}

async function decide(cli: Cli, id: string, { decision, reason, value }: Decided): Promise<void> {
  // What is undefined is not sent.
  const body = { decision, reason, input: value?.json };
  const answer = await cli.client().post<ApiApproval>(apiPath("approvals", id), body);
  cli.show(answer, () => `${id}: ${answer.status}`);
}
