/**
 * Asks for the key that the node wants.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { Api, apiPath } from "./api.ts";
import { keyFault } from "./key_fault.ts";
import { Heading, ProblemNote } from "./parts.tsx";
import { type Problem, ProblemError } from "./problem.ts";
import { useServices } from "./services.ts";

/** Asks for a key until the node takes it. */
export function KeyForm({ known, onKey }: {
  /** The key that was refused, or null. */
  readonly known: string | null;
  readonly onKey: (key: string) => void;
}) {
  const { world } = useServices();
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const entered = key.trim();
    const fault = keyFault(entered);
    setFault(fault);
    setProblem(null);
    if (fault !== null) return;
    setBusy(true);
    setProblem(
      await refusalOf(new Api(world, entered)).then((problem) => {
        if (problem === null) onKey(entered);
        return problem;
      }).finally(() => setBusy(false)),
    );
  };
  const wrong = problem?.status === 401 ? "That key is wrong: the node does not know it." : fault;
  return (
    <form class="key card" onSubmit={submit}>
      <Heading text="This node wants a key" />
      {known !== null && problem === null && fault === null && (
        <p role="alert">The key of this tab is not valid any more.</p>
      )}
      <label for="key">Key</label>
      <input
        id="key"
        type="password"
        autoComplete="off"
        spellcheck={false}
        required
        value={key}
        aria-invalid={wrong !== null}
        aria-describedby="key-note"
        onInput={(event) => setKey(event.currentTarget.value)}
      />
      <p id="key-note" class="quiet">
        It stays in this tab until the tab is closed, and is sent to this node alone.
      </p>
      {wrong !== null
        ? <p class="problem" role="alert">{wrong}</p>
        : <ProblemNote problem={problem} />}
      <button type="submit" class="primary" disabled={busy || key.trim() === ""}>Use it</button>
    </form>
  );
}

/** Why the node does not take a key; null: it does. */
async function refusalOf(api: Api): Promise<Problem | null> {
  try {
    await api.get(apiPath("sessions"), { limit: 1 });
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
}
