/**
 * The small parts that screens are made of.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "./problem.ts";
import { useNow } from "./services.ts";
import { agoText, jsonText } from "./words.ts";

/** What went wrong, in the API's words. */
export function ProblemNote({ problem, children }: {
  readonly problem: Problem | null;
  readonly children?: ComponentChildren;
}) {
  if (problem === null) return null;
  const { title, detail, code, request_id, faults } = problem;
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{title}</strong> <code>{code}</code>
      </p>
      <p>{detail}</p>
      {faults.length > 0 && (
        <ul>
          {faults.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {request_id !== null && <p class="quiet">Request {request_id}</p>}
      {children}
    </div>
  );
}

/** The heading of a screen. It gets the focus when the screen is opened, so that it is read out. */
export function Heading({ text }: { readonly text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = `${text} · Synapse console`;
    heading.current?.focus({ preventScroll: true });
  }, [text]);
  return <h1 ref={heading} tabIndex={-1}>{text}</h1>;
}

/** A state in one word, with a colour that says the same. */
export function Badge({ tone, children }: {
  readonly tone: string;
  readonly children: ComponentChildren;
}) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A time, told by how long ago it was. */
export function Ago({ at }: { readonly at: string }) {
  return <time dateTime={at} title={at}>{agoText(Date.parse(at), useNow())}</time>;
}

/** JSON as it is, and nothing but text. */
export function JsonBlock({ value, label }: { readonly value: unknown; readonly label: string }) {
  // It may be long, so it scrolls; what scrolls has to be reachable by keyboard.
  return <pre class="json" tabIndex={0} role="group" aria-label={label}>{jsonText(value)}</pre>;
}

/** Something that is shown when it is asked for. It is not even made before. */
export function Fold({ summary, children }: {
  readonly summary: ComponentChildren;
  readonly children: () => ComponentChildren;
}) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  );
}

/** A button that asks once more before it does what cannot be undone. */
export function ConfirmButton({ label, question, confirm, busy, onConfirm }: {
  readonly label: string;
  readonly question: string;
  readonly confirm: string;
  readonly busy: boolean;
  readonly onConfirm: () => void;
}) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return <button type="button" disabled={busy} onClick={() => setAsked(true)}>{label}</button>;
  }
  const answer = (yes: boolean) => {
    setAsked(false);
    if (yes) onConfirm();
  };
  return (
    <span class="confirm" role="group" aria-label={question}>
      <span>{question}</span>
      <button type="button" class="danger" autoFocus onClick={() => answer(true)}>{confirm}</button>
      <button type="button" onClick={() => answer(false)}>Keep</button>
    </span>
  );
}

/** What is shown instead of an empty list. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What is shown until something is there. */
export function Loading() {
  return <p class="empty" role="status">Loading…</p>;
}
