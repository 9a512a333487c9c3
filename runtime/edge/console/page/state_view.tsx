/**
 * The state of a session after any of its events.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { ApiState } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { ForkButton } from "./fork_button.tsx";
import { JsonBlock, Loading, ProblemNote } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import { useServices } from "./services.ts";
import { useLoad } from "./use_load.ts";

/** The state, computed from the journal alone. */
export function StateView({ id, seq, last }: {
  readonly id: string;
  /** After which event; null: the last. */
  readonly seq: number | null;
  readonly last: number;
}) {
  const { api } = useServices();
  const at = seq ?? last;
  const [wanted, setWanted] = useState(String(at));
  const path = apiPath("sessions", id, "state");
  const { value, problem } = useLoad(
    `${path} ${at}`,
    (signal) => api.get<ApiState>(path, { seq: at }, signal),
  );
  const go = (event: Event) => {
    event.preventDefault();
    location.hash = sessionLink(id, "state", Number(wanted));
  };
  return (
    <>
      <form class="bar" onSubmit={go}>
        <label>
          After event
          <input
            type="number"
            min={1}
            max={last}
            required
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Show</button>
        <ForkButton id={id} seq={at} />
      </form>
      <ProblemNote problem={problem} />
      {value === null ? problem === null && <Loading /> : (
        <>
          <p class="quiet">
            After event {value.seq}, hash <code>{value.hash}</code>
          </p>
          <JsonBlock value={value.state} label={`State after event ${value.seq}`} />
        </>
      )}
    </>
  );
}
