/**
 * Whether what is shown is up to date.
 *
 * @module
 */
import { ProblemNote } from "./parts.tsx";
import type { Connection } from "./session_stream.ts";

/** How the stream is, and what can be done about it. */
export function ConnectionLine({ connection, onRetry }: {
  readonly connection: Connection;
  /** Begins anew after a refusal. */
  readonly onRetry: () => void;
}) {
  switch (connection.kind) {
    case "connecting":
      return <p class="connection" role="status">Connecting…</p>;
    case "live":
      return <p class="connection live" role="status">Live</p>;
    case "cut":
      return (
        <p class="connection cut" role="status">
          Cut off: {connection.problem.title}. Trying again; what happens meanwhile is not lost.
          {" "}
          <button type="button" class="link" onClick={connection.retryNow}>Now</button>
        </p>
      );
    case "over":
      return connection.problem === null
        ? <p class="connection" role="status">The journal is at its end</p>
        : (
          <ProblemNote problem={connection.problem}>
            <button type="button" onClick={onRetry}>Try again</button>
          </ProblemNote>
        );
  }
}
