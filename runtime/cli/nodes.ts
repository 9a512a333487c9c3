/**
 * `synapse nodes`: the processes that share the journal.
 *
 * @module
 */
import type { Command } from "commander";
import type { ApiNode, ApiNodeList } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { apiPath } from "./client.ts";
import { counted } from "./counted.ts";
import { group, teach } from "./help.ts";
import { formatTable } from "./table.ts";

/** The command with its subcommands. */
export function nodesCommand(cli: Cli): Command {
  return group("nodes", "List the nodes of a cluster, and relieve one of its work", [
    teach("ls", "List the nodes that share the journal", ["nodes ls", "nodes ls --json"])
      .action(() => list(cli)),
    teach("drain <id>", "Ask a node to hand over its partitions, before it is stopped", [
      "nodes drain n1",
    ])
      .option("--force", "even if no other node is left to work")
      .action((id, options) => drain(cli, id, options)),
  ]);
}

async function list(cli: Cli): Promise<void> {
  const page = await cli.client().get<ApiNodeList>(apiPath("nodes"));
  cli.show(page, () =>
    formatTable(
      ["ID", "STATUS", "VERSION", "PROTOCOL", "PARTITIONS", "STARTED", "SEEN"],
      page.items.map((node) => [
        node.id,
        statusOf(node),
        node.version,
        node.protocol_version,
        node.partitions,
        node.started_at,
        node.seen_at,
      ]),
    ));
}

/** One that was asked to drain says so with its next sign of life. */
function statusOf({ status, drain_requested }: ApiNode): string {
  return drain_requested && status === "active" ? "asked to drain" : status;
}

async function drain(
  cli: Cli,
  id: string,
  { force = false }: { readonly force?: boolean },
): Promise<void> {
  const node = await cli.client().post<ApiNode>(apiPath("nodes", id, "drain"), { force });
  cli.show(node, () => `Asked ${id} to drain. ${nextOf(node)}`);
}

/** What happens next, for the person who asked. */
function nextOf({ status, partitions }: ApiNode): string {
  if (status === "silent") return "It is silent, and holds no partitions any more.";
  const held = counted(partitions, "partition");
  return status === "draining"
    ? `It does so already, and still holds ${held}.`
    : `With its next sign of life it hands its ${held} over to the other nodes and is no longer ` +
      "ready. When `synapse nodes ls` shows 0 partitions, stop it; started again, it works as before.";
}
