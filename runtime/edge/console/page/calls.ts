/**
 * What became of the skill calls of a conversation. Pure, but for the table that it fills.
 *
 * @module
 */
import type { Question } from "../../../cli/chat_question.ts";
import type { Json } from "../../../../actors/behavior.ts";
import type { JournalEvent } from "./journal_event.ts";

/** How a call stands. */
export type CallStatus =
  | "requested"
  | "asks"
  | "running"
  | "done"
  | "failed"
  | "denied"
  | "interrupted"
  | "unanswered";

/** A decision that somebody took about a call. */
export interface Decision {
  readonly decision: string;
  readonly by: string;
  readonly reason: string | null;
  readonly edited: boolean;
}

/** One call of a skill. */
export interface Call {
  readonly id: string;
  readonly skill: string;
  /** What it runs with: the edited input, if a person changed it. */
  readonly input: Json;
  /** Null: not known from these events. */
  readonly risk: number | null;
  readonly status: CallStatus;
  readonly question: Question | null;
  readonly decisions: readonly Decision[];
  readonly attempt: number;
  readonly output: Json;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly ms: number | null;
  /** How it came to its output: `run` unless a person, a look-up or another session gave it. */
  readonly via: string | null;
  /** The session that works on it. */
  readonly child: string | null;
}

/** The calls of a conversation, by id. */
export class Calls {
  readonly #calls = new Map<string, Call>();

  /** Takes an event. @returns the ids of the calls that it is the first to speak of */
  take(event: JournalEvent): readonly string[] {
    const before = this.#calls.size;
    this.#take(event);
    return this.#calls.size === before ? [] : [...this.#calls.keys()].slice(before);
  }

  /** A call that was spoken of. */
  get(id: string): Call {
    return this.#calls.get(id) ?? newCall(id);
  }

  /** Whether one of them waits for a person. */
  asks(): boolean {
    return this.#calls.values().some(({ question }) => question !== null);
  }

  #change(id: string, change: Partial<Call>): void {
    this.#calls.set(id, { ...this.get(id), ...change });
  }

  #take(event: JournalEvent): void {
    switch (event.type) {
      case "llm.completed":
        for (const { call_id, skill, input } of event.payload.calls) {
          this.#change(call_id, { skill, input });
        }
        return;
      case "skill.requested": {
        const { call_id, skill, input, risk } = event.payload;
        return this.#change(call_id, { skill, input, risk });
      }
      case "approval.requested":
      case "skill.interrupted":
        return this.#ask(event);
      case "approval.decided":
        return this.#decide(event);
      case "skill.started": {
        const { call_id, input, attempt } = event.payload;
        return this.#change(call_id, { input, attempt, status: "running", question: null });
      }
      case "skill.completed": {
        const { call_id, output, ms, via } = event.payload;
        return this.#change(call_id, { output, ms, via, status: "done", question: null });
      }
      case "skill.failed": {
        const { call_id, error, ms } = event.payload;
        const status = error.code === "denied" ? "denied" : "failed";
        return this.#change(call_id, { error, ms, status, question: null });
      }
      case "child.spawned":
        return this.#change(event.payload.call_id, {
          child: event.payload.child_id,
          status: "running",
        });
      case "turn.completed":
      case "turn.failed":
      case "turn.cancelled":
      case "session.closed":
        return this.#end();
      default:
        return;
    }
  }

  #ask(event: Extract<JournalEvent, { type: "approval.requested" | "skill.interrupted" }>): void {
    const { approval_id, call_id, skill, input, risk } = event.payload;
    const asked = event.type === "approval.requested";
    const kind = asked ? "skill" : "interrupted";
    const question: Question = { id: approval_id, kind, skill, input, risk };
    const status = asked ? "asks" : "interrupted";
    this.#change(call_id, { skill, input, risk, question, status });
  }

  #decide({ payload }: Extract<JournalEvent, { type: "approval.decided" }>): void {
    const { call_id, decision, by, reason, edited } = payload;
    const { decisions } = this.get(call_id);
    this.#change(call_id, {
      question: null,
      status: "requested",
      decisions: [...decisions, { decision, by, reason, edited }],
    });
  }

  /** What the turn left open stays so. */
  #end(): void {
    for (const { id, status } of this.#calls.values()) {
      if (isOpen(status)) this.#change(id, { status: "unanswered", question: null });
    }
  }
}

/** Whether a call's result is still to come. */
export function isOpen(status: CallStatus): boolean {
  return ["requested", "asks", "running", "interrupted"].includes(status);
}

function newCall(id: string): Call {
  return {
    id,
    skill: id,
    input: null,
    risk: null,
    status: "requested",
    question: null,
    decisions: [],
    attempt: 1,
    output: null,
    error: null,
    ms: null,
    via: null,
    child: null,
  };
}
