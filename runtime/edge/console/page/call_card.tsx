/**
 * A skill call: what it was asked, what became of it, and what has to be decided about it.
 *
 * @module
 */
import { ApprovalForm } from "./approval_form.tsx";
import type { Call, Decision } from "./calls.ts";
import { Badge, Fold, JsonBlock } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import { durationText, jsonLine } from "./words.ts";

const WORDS: Readonly<Record<Call["status"], string>> = {
  requested: "requested",
  asks: "waits for approval",
  running: "running",
  done: "done",
  failed: "failed",
  denied: "denied",
  interrupted: "outcome unknown",
  unanswered: "left open",
};

const DECISIONS: Readonly<Record<string, string>> = {
  approve: "Approved",
  deny: "Denied",
  run_again: "Run again",
  treat_as_done: "Treated as done",
  fail: "Counted as failed",
};

/** One call. */
export function CallCard({ call }: { readonly call: Call }) {
  const { skill, input, status, question, output, error, ms } = call;
  return (
    <article class={`call ${status}`} aria-label={`Call of ${skill}`}>
      <p class="call-head">
        <strong>{skill}</strong> <Badge tone={status}>{WORDS[status]}</Badge>
        <span class="quiet">
          {call.risk !== null && question === null && ` risk ${call.risk}`}
          {call.attempt > 1 && ` · attempt ${call.attempt}`}
          {ms !== null && status === "done" && ` · ${durationText(ms)}`}
          {call.via !== null && call.via !== "run" && ` · answered by ${call.via}`}
        </span>
      </p>
      {question === null && (
        <Fold
          summary={
            <>
              Input <code>{jsonLine(input)}</code>
            </>
          }
        >
          {() => <JsonBlock value={input} label={`Input of ${skill}`} />}
        </Fold>
      )}
      {call.child !== null && (
        <p>
          Works in <a class="id" href={sessionLink(call.child)}>{call.child}</a>
        </p>
      )}
      {call.decisions.map((decision, i) => <DecisionLine key={i} decision={decision} />)}
      {status === "done" && (
        <Fold
          summary={
            <>
              Output <code>{jsonLine(output)}</code>
            </>
          }
        >
          {() => <JsonBlock value={output} label={`Output of ${skill}`} />}
        </Fold>
      )}
      {error !== null && (
        <p class="fault">
          {error.message} <code>{error.code}</code>
        </p>
      )}
      {question !== null && <ApprovalForm key={question.id} question={question} />}
    </article>
  );
}

function DecisionLine({ decision: { decision, by, reason, edited } }: {
  readonly decision: Decision;
}) {
  return (
    <p class="quiet">
      {DECISIONS[decision] ?? decision} by {by}
      {edited && (decision === "approve" ? ", with another input" : ", with an output")}
      {reason !== null && `: ${reason}`}
    </p>
  );
}
