/**
 * Answers a question about a skill call: may it run, or what became of it.
 *
 * @module
 */
import { useId, useState } from "preact/hooks";
import { apiPath } from "./api.ts";
import type { Question } from "../../../cli/chat_question.ts";
import { type DecisionWord, readDecision } from "./decision_body.ts";
import { JsonBlock, ProblemNote } from "./parts.tsx";
import { type Action, useAction } from "./use_action.ts";
import { jsonText } from "./words.ts";

/** What can be done about a call whose outcome is unknown, and what each means. */
const SETTLEMENTS = [
  {
    decision: "run_again",
    name: "Run again",
    means: "It runs once more, with the same input and the same idempotency key. If it was done " +
      "before and the other side does not know the key, it is done twice.",
  },
  {
    decision: "treat_as_done",
    name: "Treat as done",
    means:
      "Nothing runs. The agent is told that it was done, with the output below if you give one.",
  },
  {
    decision: "fail",
    name: "Count as failed",
    means: "Nothing runs. The agent is told that it failed, and your reason.",
  },
] as const;

/** A question, and what can be answered to it. */
export function ApprovalForm({ question, onDecided }: {
  readonly question: Question;
  /** Called when the answer is stored. */
  readonly onDecided?: () => void;
}) {
  const action = useAction();
  const decide = async (body: unknown) => {
    const done = await action.post(apiPath("approvals", question.id), body);
    if (done !== null) onDecided?.();
  };
  const Form = question.kind === "skill" ? PermissionForm : SettlementForm;
  return (
    <section class="question" aria-label={`Decide about ${question.skill}`}>
      <Form question={question} decide={decide} action={action} />
      <ProblemNote problem={action.problem} />
    </section>
  );
}

interface FormProps {
  readonly question: Question;
  readonly decide: (body: unknown) => Promise<void>;
  readonly action: Action;
}

function PermissionForm({ question, decide, action }: FormProps) {
  const id = useId();
  const [reason, setReason] = useState("");
  const [edited, setEdited] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const answer = (decision: DecisionWord) => {
    const reading = readDecision(decision, reason, decision === "approve" ? edited : null);
    setFault(reading.ok ? null : reading.fault);
    if (reading.ok) void decide(reading.body);
  };
  return (
    <>
      <p>
        <strong>{question.skill}</strong> wants to run. Risk {question.risk} of 5.
      </p>
      {edited === null
        ? <JsonBlock value={question.input} label={`Input of ${question.skill}`} />
        : (
          <>
            <label for={`${id}input`}>Input, as JSON</label>
            <textarea
              id={`${id}input`}
              class="json"
              rows={8}
              spellcheck={false}
              value={edited}
              aria-invalid={fault !== null}
              aria-describedby={`${id}fault`}
              onInput={(event) => setEdited(event.currentTarget.value)}
            />
          </>
        )}
      <p id={`${id}fault`} class="fault" role="alert">
        {fault !== null && `The input is no JSON: ${fault}`}
      </p>
      <label for={`${id}reason`}>Reason (the agent is told)</label>
      <input
        id={`${id}reason`}
        value={reason}
        onInput={(event) => setReason(event.currentTarget.value)}
      />
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={action.busy}
          onClick={() => answer("approve")}
        >
          {edited === null ? "Approve" : "Approve with this input"}
        </button>
        <button
          type="button"
          class="danger"
          disabled={action.busy}
          onClick={() => answer("deny")}
        >
          Deny
        </button>
        <button
          type="button"
          onClick={() => {
            setFault(null);
            setEdited(edited === null ? jsonText(question.input) : null);
          }}
        >
          {edited === null ? "Change the input" : "Leave the input as it was"}
        </button>
      </div>
    </>
  );
}

function SettlementForm({ question, decide, action }: FormProps) {
  const id = useId();
  const [reason, setReason] = useState("");
  const [output, setOutput] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const answer = (decision: DecisionWord) => {
    const reading = readDecision(decision, reason, decision === "treat_as_done" ? output : null);
    setFault(reading.ok ? null : reading.fault);
    if (reading.ok) void decide(reading.body);
  };
  return (
    <>
      <p>
        <strong>{question.skill}</strong>{" "}
        was interrupted: a node died while it ran, and nobody knows whether it was done. Look at the
        other side first. Risk {question.risk} of 5.
      </p>
      <JsonBlock value={question.input} label={`Input of ${question.skill}`} />
      <label for={`${id}reason`}>Reason (the agent is told)</label>
      <input
        id={`${id}reason`}
        value={reason}
        onInput={(event) => setReason(event.currentTarget.value)}
      />
      <label for={`${id}output`}>Output, as JSON, if you treat it as done (may be left out)</label>
      <textarea
        id={`${id}output`}
        class="json"
        rows={2}
        spellcheck={false}
        value={output}
        aria-invalid={fault !== null}
        aria-describedby={`${id}fault`}
        onInput={(event) => setOutput(event.currentTarget.value)}
      />
      <p id={`${id}fault`} class="fault" role="alert">
        {fault !== null && `The output is no JSON: ${fault}`}
      </p>
      <dl class="settlements">
        {SETTLEMENTS.map(({ decision, name, means }) => (
          <div key={decision}>
            <dt>
              <button
                type="button"
                disabled={action.busy}
                aria-describedby={id + decision}
                onClick={() => answer(decision)}
              >
                {name}
              </button>
            </dt>
            <dd id={id + decision}>{means}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
