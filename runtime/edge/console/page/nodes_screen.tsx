/**
 * The nodes that share the journal.
 *
 * @module
 */
import type { ApiNode, ApiNodeList } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { Ago, Badge, ConfirmButton, Heading, Loading, ProblemNote } from "./parts.tsx";
import { useServices } from "./services.ts";
import { type Column, Table } from "./tables.tsx";
import { useAction } from "./use_action.ts";
import { RELOAD_MS, useLoad } from "./use_load.ts";

/** All nodes, and a way to relieve one of its work. */
export function NodesScreen() {
  const { api } = useServices();
  const { value, problem, reload } = useLoad(
    "nodes",
    (signal) => api.get<ApiNodeList>(apiPath("nodes"), {}, signal),
    RELOAD_MS,
  );
  return (
    <>
      <Heading text="Nodes" />
      <ProblemNote problem={problem} />
      {value === null ? problem === null && <Loading /> : (
        <Table
          label="Nodes"
          columns={columns(reload)}
          rows={value.items}
          keyOf={({ id, incarnation }) => `${id} ${incarnation}`}
        />
      )}
    </>
  );
}

function columns(reload: () => void): readonly Column<ApiNode>[] {
  return [
    { name: "Node", cell: ({ id }) => <span class="id">{id}</span> },
    {
      name: "State",
      cell: ({ status, drain_requested }) => (
        <>
          <Badge tone={status}>{status}</Badge>
          {drain_requested && status !== "draining" && " asked to drain"}
        </>
      ),
    },
    { name: "Partitions", numeric: true, cell: ({ partitions }) => partitions },
    { name: "Weight", numeric: true, cell: ({ weight }) => weight },
    {
      name: "Labels",
      cell: ({ labels }) =>
        Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(", ") || "none",
    },
    { name: "Version", cell: ({ version }) => version },
    { name: "Started", cell: ({ started_at }) => <Ago at={started_at} /> },
    { name: "Sign of life", cell: ({ seen_at }) => <Ago at={seen_at} /> },
    { name: "Drain", cell: (node) => <Drain node={node} onAsked={reload} /> },
  ];
}

/** Asks a node to hand over its partitions. The last one is asked with force, or not at all. */
function Drain({ node, onAsked }: { readonly node: ApiNode; readonly onAsked: () => void }) {
  const { post, busy, problem } = useAction();
  if (node.drain_requested || node.status === "draining") return <span class="quiet">asked</span>;
  const drain = async (force: boolean) => {
    const path = apiPath("nodes", node.id, "drain");
    if (await post(path, force ? { force } : {}) !== null) onAsked();
  };
  return (
    <>
      <ConfirmButton
        label="Drain"
        question="It hands over its partitions, and takes none until it is started again."
        confirm="Drain"
        busy={busy}
        onConfirm={() => void drain(false)}
      />
      <ProblemNote problem={problem}>
        {problem?.code === "last_node" && (
          <button
            type="button"
            class="danger"
            disabled={busy}
            onClick={() => void drain(true)}
          >
            Drain it all the same
          </button>
        )}
      </ProblemNote>
    </>
  );
}
