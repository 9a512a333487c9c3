/**
 * Agents, as they are defined now.
 *
 * @module
 */
import type { ApiAgentList } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { Ago, Fold, Heading, JsonBlock, Loading, ProblemNote } from "./parts.tsx";
import { formatRoute } from "./route.ts";
import { useServices } from "./services.ts";
import { useLoad } from "./use_load.ts";

/** All agents, each in its newest version. */
export function AgentsScreen() {
  const { api } = useServices();
  const { value, problem } = useLoad(
    "agents",
    (signal) => api.get<ApiAgentList>(apiPath("agents"), {}, signal),
  );
  return (
    <>
      <Heading text="Agents" />
      <ProblemNote problem={problem} />
      {value === null && problem === null && <Loading />}
      <ul class="cards">
        {value?.items.map(({ name, version, created_at, spec }) => (
          <li key={name} class="card">
            <article aria-label={name}>
              <p>
                <strong class="id">{name}</strong>{" "}
                <span class="quiet">
                  version {version} · <Ago at={created_at} /> ·{" "}
                  <a href={formatRoute({ screen: "sessions", status: "", agent: name })}>
                    its sessions
                  </a>
                </span>
              </p>
              <p class="quiet">
                Model {spec.model ?? "of the default provider"} · skills {spec.skills.join(", ")}
                {" "}
                · at most {spec.max_steps} model calls a turn
              </p>
              <Fold summary="Definition">
                {() => <JsonBlock value={spec} label={`Definition of ${name}`} />}
              </Fold>
            </article>
          </li>
        ))}
      </ul>
    </>
  );
}
