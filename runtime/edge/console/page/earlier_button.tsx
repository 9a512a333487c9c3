/**
 * The part of a journal that is not shown yet.
 *
 * @module
 */
import { ProblemNote } from "./parts.tsx";
import { useAction } from "./use_action.ts";
import type { LiveSession } from "./use_session.ts";
import { countText } from "./words.ts";

/** Fetches earlier events, if there are any. */
export function EarlierButton({ live }: { readonly live: LiveSession }) {
  const { attempt, busy, problem } = useAction();
  if (live.earlier === 0) return null;
  return (
    <div class="earlier">
      <button type="button" disabled={busy} onClick={() => void attempt(live.loadEarlier)}>
        Show earlier ({countText(live.earlier)} events)
      </button>
      <ProblemNote problem={problem} />
    </div>
  );
}
