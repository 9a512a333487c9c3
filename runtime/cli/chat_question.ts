/**
 * Asking a person about a skill call, and understanding the answer. Pure.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";
import type { SessionEvent } from "../../actors/session/events.ts";
import type { ApiApproval, ApiDecision } from "./api_types.ts";
import { printable, type Style } from "./style.ts";

/** What has to be decided. */
export interface Question {
  readonly id: string;
  /** `skill`: may it run? `interrupted`: a crash left unknown whether it did. */
  readonly kind: "skill" | "interrupted";
  readonly skill: string;
  readonly input: Json;
  readonly risk: number;
}

/** What an answer means: a decision, a wish to edit the input, or nothing that makes sense. */
export type Answer =
  | { readonly kind: "decision"; readonly decision: ApiDecision }
  | { readonly kind: "edit" }
  | { readonly kind: "unclear"; readonly why: string };

/** The question that an event asks, or null. */
export function questionOf(event: SessionEvent): Question | null {
  if (event.type !== "approval.requested" && event.type !== "skill.interrupted") return null;
  const { approval_id: id, skill, input, risk } = event.payload;
  const kind = event.type === "approval.requested" ? "skill" : "interrupted";
  return { id, kind, skill, input, risk };
}

/** The question of an entry in the list of approvals. */
export function questionFrom({ id, kind, skill, input, risk }: ApiApproval): Question {
  return { id, kind, skill, input, risk };
}

/** The question in words. */
export function askText({ kind, skill, input, risk }: Question, style: Style): string {
  const why = kind === "skill"
    ? `${style.bold(skill)} wants to run (risk ${risk} of 5) with`
    : `${
      style.bold(skill)
    } was interrupted (risk ${risk} of 5): nobody knows whether it was done with`;
  const json = printable(JSON.stringify(input, null, 2)).replaceAll(/^/gm, "  ");
  return `${style.yellow("?")} ${why}\n${json}\n`;
}

/** What a person can type. */
export function choices({ kind }: Question): string {
  return kind === "skill"
    ? "[a]pprove, [d]eny [why], [e]dit the input: "
    : "[r]un again, [t]reat as done [output as JSON], [f]ail [why]: ";
}

/** Understands an answer: a letter or a word, and what follows it. */
export function readAnswer(question: Question, line: string): Answer {
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? [];
  const reason = rest === "" ? {} : { reason: rest };
  const decided = (decision: ApiDecision): Answer => ({ kind: "decision", decision });
  const key = `${question.kind} ${word.toLowerCase()}`;
  if (/^skill (a|approve|y|yes)$/.test(key)) return decided({ decision: "approve", ...reason });
  if (/^skill (d|deny|n|no)$/.test(key)) return decided({ decision: "deny", ...reason });
  if (/^skill (e|edit)$/.test(key)) return { kind: "edit" };
  if (/^interrupted (r|run|run_again)$/.test(key)) {
    return decided({ decision: "run_again", ...reason });
  }
  if (/^interrupted (f|fail)$/.test(key)) return decided({ decision: "fail", ...reason });
  if (/^interrupted (t|treat|treat_as_done)$/.test(key)) return treatAsDone(rest);
  return { kind: "unclear", why: "That is none of the choices" };
}

/** The decision to run with another input. */
export function readEdited(line: string): Answer {
  try {
    const input: Json = JSON.parse(line);
    return { kind: "decision", decision: { decision: "approve", input } };
  } catch {
    return { kind: "unclear", why: "The input is no JSON" };
  }
}

function treatAsDone(output: string): Answer {
  if (output === "") return { kind: "decision", decision: { decision: "treat_as_done" } };
  try {
    const input: Json = JSON.parse(output);
    return { kind: "decision", decision: { decision: "treat_as_done", input } };
  } catch {
    return { kind: "unclear", why: "The output is no JSON" };
  }
}
