/**
 * `synapse nodes`: the processes that share the journal.
 *
 * @module
 */
import type { Command } from "commander";
import { labelsText } from "../config/cluster.ts";
import { takesPartitions } from "../journal/nodes_port.ts";
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
      ["ID", "STATUS", "WEIGHT", "PARTITIONS", "LABELS", "VERSION", "PROTOCOL", "STARTED", "SEEN"],
      page.items.map((node) => [
        node.id,
        statusOf(node),
        node.weight,
        node.partitions,
        labelsText(node.labels) || "-",
        node.version,
        node.protocol_version,
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
  const client = cli.client();
  const node = await client.post<ApiNode>(apiPath("nodes", id, "drain"), { force });
  // Only by force the last one drains.
  const nodes = force ? (await client.get<ApiNodeList>(apiPath("nodes"))).items : null;
  const last = nodes !== null && !nodes.some((other) => other.id !== id && takesPartitions(other));
  cli.show(node, () => `Asked ${id} to drain. ${nextOf(node, last)}`);
}

/**
 * What happens next, for the person who asked.
 *
 * @param last whether no other node takes partitions
 */
function nextOf({ status, partitions, weight }: ApiNode, last: boolean): string {
  if (status === "silent") return "It is silent, and holds no partitions any more.";
  const held = counted(partitions, "partition");
  if (status === "draining") return `It does so already, and still holds ${held}.`;
  const next = "With its next sign of life it ";
  if (weight === 0 && partitions === 0) {
    return `${next}is no longer ready; it takes no partitions anyway. Then stop it.`;
  }
  const stop =
    "When `synapse nodes ls` shows 0 partitions, stop it; started again, it works as before.";
  return last
    ? `${next}gives its ${held} up and is no longer ready. There is no other node to take them: ` +
      `all sessions stand still until one is started. ${stop}`
    : `${next}hands its ${held} over to the other nodes and is no longer ready. ${stop}`;
}
