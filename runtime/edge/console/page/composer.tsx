/**
 * Says something to an agent, or has it stop.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { ApiSession } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { ProblemNote } from "./parts.tsx";
import { useAction } from "./use_action.ts";

/** What becomes of a message that is sent during a turn. */
const ON_BUSY = [
  ["", "as the agent has it"],
  ["queue", "after this turn"],
  ["inject", "into this turn"],
  ["interrupt", "instead of this turn"],
] as const;

/** A place to write a message. */
export function Composer({ session, turn, closed }: {
  readonly session: ApiSession;
  /** The turn that runs, or null. */
  readonly turn: number | null;
  readonly closed: boolean;
}) {
  const [content, setContent] = useState("");
  const [onBusy, setOnBusy] = useState("");
  const sending = useAction();
  const stopping = useAction();
  if (closed || session.status === "closed") {
    return <p class="empty">This session is closed. It can be read, and forked at any event.</p>;
  }
  const send = async () => {
    if (content.trim() === "" || sending.busy) return;
    // Also when the turn is over: what is sent again has to be the same.
    const when = onBusy === "" ? {} : { on_busy: onBusy };
    const path = apiPath("sessions", session.id, "messages");
    if (await sending.post(path, { content, ...when }) === null) return;
    // What was written meanwhile is another message.
    setContent((now) => now === content ? "" : now);
  };
  const cancel = () => void stopping.post(apiPath("sessions", session.id, "cancel"), {});
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label for="message">Message</label>
      <textarea
        id="message"
        rows={3}
        value={content}
        onInput={(event) => setContent(event.currentTarget.value)}
        onKeyDown={(event) => {
          // While letters are being composed, Enter ends that and nothing else.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void send();
        }}
      />
      <div class="buttons">
        <button type="submit" class="primary" disabled={sending.busy || content.trim() === ""}>
          Send
        </button>
        {(turn !== null || onBusy !== "") && (
          <label>
            Taken
            <select value={onBusy} onChange={(event) => setOnBusy(event.currentTarget.value)}>
              {ON_BUSY.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
            </select>
          </label>
        )}
        {turn !== null && (
          <button type="button" class="danger" disabled={stopping.busy} onClick={cancel}>
            Cancel the turn
          </button>
        )}
        <span class="quiet hint">Enter sends, Shift+Enter begins a line</span>
      </div>
      <ProblemNote problem={sending.problem} />
      <ProblemNote problem={stopping.problem} />
    </form>
  );
}
