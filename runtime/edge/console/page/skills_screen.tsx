/**
 * What agents can do.
 *
 * @module
 */
import type { ApiSkillList } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { Badge, Fold, Heading, JsonBlock, Loading, ProblemNote } from "./parts.tsx";
import { useServices } from "./services.ts";
import { useLoad } from "./use_load.ts";
import { durationText } from "./words.ts";

type Skill = ApiSkillList["items"][number];

/** All skills of this node, and the files that could not be loaded. */
export function SkillsScreen() {
  const { api } = useServices();
  const { value, problem } = useLoad(
    "skills",
    (signal) => api.get<ApiSkillList>(apiPath("skills"), {}, signal),
  );
  return (
    <>
      <Heading text="Skills" />
      <ProblemNote problem={problem} />
      {value === null && problem === null && <Loading />}
      {value?.faults.map(({ file, reason }) => (
        <div key={file} class="problem">
          <p>
            <strong>{file}</strong> could not be loaded
          </p>
          <p>{reason}</p>
        </div>
      ))}
      <ul class="cards">
        {value?.items.map((skill) => (
          <li key={skill.name} class="card">
            <SkillCard skill={skill} />
          </li>
        ))}
      </ul>
    </>
  );
}

function SkillCard({ skill }: { readonly skill: Skill }) {
  return (
    <article aria-label={skill.name}>
      <p>
        <strong class="id">{skill.name}</strong>{" "}
        <Badge tone={`risk${skill.risk}`}>risk {skill.risk}</Badge>{" "}
        <span class="quiet">
          {skill.source} · {skill.idempotent ? "idempotent" : "not idempotent"}
          {skill.has_lookup && ", can be looked up"} · at most {durationText(skill.timeout)}
        </span>
      </p>
      <p>{skill.description}</p>
      <p class="quiet">
        {skill.capabilities.length === 0 ? "May touch nothing" : (
          <>
            May touch <code>{skill.capabilities.join(" ")}</code>
          </>
        )}
      </p>
      <Fold summary="Input">
        {() => <JsonBlock value={skill.input_schema} label={`Input schema of ${skill.name}`} />}
      </Fold>
    </article>
  );
}
