/**
 * All sessions, and a new one.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { ApiAgentList, ApiSession } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { Ago, Badge, Empty, Heading, Loading, ProblemNote } from "./parts.tsx";
import { formatRoute, sessionLink } from "./route.ts";
import { useServices } from "./services.ts";
import { type Column, Table } from "./tables.tsx";
import { useAction } from "./use_action.ts";
import { useLoad } from "./use_load.ts";
import { usePages } from "./use_pages.ts";
import { bytesText, costText, countText } from "./words.ts";

const STATUSES = ["idle", "running", "waiting", "failed", "closed"] as const;

const COLUMNS: readonly Column<ApiSession>[] = [
  { name: "Session", cell: ({ id }) => <a class="id" href={sessionLink(id)}>{id}</a> },
  { name: "Status", cell: ({ status }) => <Badge tone={status}>{status}</Badge> },
  { name: "Agent", cell: ({ agent, agent_version }) => `${agent} v${agent_version}` },
  { name: "Last activity", cell: ({ updated_at }) => <Ago at={updated_at} /> },
  { name: "Turns", numeric: true, cell: ({ turns }) => countText(turns) },
  { name: "Events", numeric: true, cell: ({ seq }) => countText(seq) },
  {
    name: "Tokens",
    numeric: true,
    cell: ({ usage }) => countText(usage.input_tokens + usage.output_tokens),
  },
  { name: "Cost", numeric: true, cell: ({ usage }) => costText(usage.cost_usd) },
  { name: "Journal", numeric: true, cell: ({ bytes }) => bytesText(bytes) },
];

/** All sessions, those that were started last first. */
export function SessionsScreen({ status, agent }: {
  readonly status: string;
  readonly agent: string;
}) {
  const agents = useAgentNames();
  const { value, problem, reload, more } = usePages<ApiSession>(apiPath("sessions"), {
    status,
    agent,
  });
  const choose = (wanted: { status: string; agent: string }) => {
    location.hash = formatRoute({ screen: "sessions", ...wanted });
  };
  const filtered = status !== "" || agent !== "";
  return (
    <>
      <Heading text="Sessions" />
      <div class="bar">
        <label>
          Status
          <select
            value={status}
            onChange={(event) => choose({ status: event.currentTarget.value, agent })}
          >
            <option value="">all</option>
            {STATUSES.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
        <label>
          Agent
          <select
            value={agent}
            onChange={(event) => choose({ status, agent: event.currentTarget.value })}
          >
            <option value="">all</option>
            {[...new Set([...agents, ...(agent === "" ? [] : [agent])])]
              .map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
        <button type="button" onClick={reload}>Refresh</button>
        <OpenForm agents={agents} />
      </div>
      <ProblemNote problem={problem} />
      {value === null
        ? problem === null && <Loading />
        : value.length === 0
        ? <Empty>{filtered ? "No session is like that." : "There is no session yet."}</Empty>
        : <Table label="Sessions" columns={COLUMNS} rows={value} keyOf={({ id }) => id} />}
      {more && <button type="button" onClick={more}>More</button>}
    </>
  );
}

/** Opens a session with an agent of the list. */
function OpenForm({ agents }: { readonly agents: readonly string[] }) {
  const { post, busy, problem } = useAction();
  const [agent, setAgent] = useState("assistant");
  const open = async (event: Event) => {
    event.preventDefault();
    const session = await post<ApiSession>(apiPath("sessions"), { agent });
    if (session !== null) location.hash = sessionLink(session.id);
  };
  return (
    <form class="open" onSubmit={open}>
      <label>
        New session with
        <select value={agent} onChange={(event) => setAgent(event.currentTarget.value)}>
          {agents.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      <button type="submit" class="primary" disabled={busy || agents.length === 0}>Open</button>
      <ProblemNote problem={problem} />
    </form>
  );
}

function useAgentNames(): readonly string[] {
  const { api } = useServices();
  const { value } = useLoad(
    "agents",
    (signal) => api.get<ApiAgentList>(apiPath("agents"), {}, signal),
  );
  return value?.items.map(({ name }) => name) ?? [];
}
