/**
 * Starts a new session from a past state of another.
 *
 * @module
 */
import type { ApiSession } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { ProblemNote } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import { useAction } from "./use_action.ts";

/** Forks a session after an event and goes to the new one. */
export function ForkButton({ id, seq }: { readonly id: string; readonly seq: number }) {
  const { post, busy, problem } = useAction();
  const fork = async () => {
    const made = await post<ApiSession>(apiPath("sessions", id, "fork"), { seq });
    if (made !== null) location.hash = sessionLink(made.id);
  };
  return (
    <>
      <button type="button" disabled={busy} onClick={() => void fork()}>Fork after it</button>
      <ProblemNote problem={problem} />
    </>
  );
}
