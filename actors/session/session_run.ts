/**
 * A session driven by arbitrary moves, the way an engine drives it: commands come through a mailbox,
 * events go to a journal, effects are answered in any order, twice, or long after nobody wants them.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { type Effect, isRejection, type Json, type Send } from "../behavior.ts";
import { session } from "./behavior.ts";
import { WALL_TIMER } from "./budgets.ts";
import type { CommandOf, SessionCommand } from "./commands.ts";
import type { SessionLimits } from "./draft.ts";
import type { RecalledNote } from "./memory_item.ts";
import type { MemoryWork, RecallWork } from "./memory_request.ts";
import type { SessionEvent } from "./events.ts";
import { type AgentDraft, create, sampleAgent, START } from "./session_scenario.ts";
import { initialState, type SessionState } from "./state.ts";
import { MEMORY_TIMER } from "./on_memory.ts";
import type { KnownSchedule, OnBusy, Parent, ProposedCall, Usage } from "./values.ts";

/** How an effect ends; which members count depends on its kind. */
export interface Ending {
  readonly ends: "well" | "badly" | "unknown";
  readonly text: string;
  readonly output: Json;
  readonly calls: readonly ProposedCall[];
  readonly schedules: readonly KnownSchedule[];
  readonly recalled: readonly RecalledNote[];
  readonly usage: Usage;
}

/** Something that happens to a session. A `pick` chooses among what there is. */
export type Move =
  | { readonly kind: "send"; readonly on_busy: OnBusy | null; readonly text: string }
  /** Ends an effect that is owed. */
  | ({ readonly kind: "work"; readonly pick: number } & Ending)
  /** Ends an effect that was owed at some time. */
  | ({ readonly kind: "late"; readonly pick: number } & Ending)
  /** A child answers: one that is waited for, or one of before when there is none. */
  | ({ readonly kind: "reply"; readonly pick: number } & Ending)
  /** Answers an open question, or one of before when there is none, with the first decision that is taken. */
  | {
    readonly kind: "decide";
    readonly pick: number;
    readonly decisions: readonly CommandOf<"approval.decide">["decision"][];
    readonly input: Json | undefined;
  }
  | { readonly kind: "wait"; readonly ms: number }
  /** The timer rings, at its time or before. */
  | { readonly kind: "ring"; readonly early: boolean }
  | { readonly kind: "cancel" | "close" | "fork" };

/** One entry of the journal. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly event: SessionEvent;
  /** The state after the event. */
  readonly state: SessionState;
  /** Whether it is the last event of its command, so that the shell sees the state. */
  readonly last: boolean;
}

/** What comes back of a value that goes to the journal, which the engine makes of every command first. */
export function journaled<T>(value: T): T {
  return JSON.parse(canonicalize(value) ?? "null") as T;
}

/** A session and all that happened to it. */
export class SessionRun {
  state: SessionState;
  now = START;
  /** When the wall timer rings, and with which command. */
  timer: { readonly at: number; readonly command: SessionCommand } | null = null;
  /** What comes when memory is to be tried again; null when no such timer is set. */
  retry: SessionCommand | null = null;
  journal: Entry[] = [];
  /** What the session took over from its source, if it is a fork. */
  origin: SessionState;
  readonly #limits: SessionLimits;
  /** What went out to other actors. */
  sends: Send<unknown>[] = [];
  readonly #effects: Effect[] = [];
  /** The calls that became sessions: `call_id` and `child_id`. */
  readonly #children: { readonly call_id: string; readonly child_id: string }[] = [];
  readonly #questions: string[] = [];
  #messages = 0;
  #forks = 0;

  /** @param parent for whom it works; null for a session that nobody delegated to */
  constructor(spec: AgentDraft, limits: SessionLimits, parent: Parent | null = null) {
    this.#limits = limits;
    this.state = this.origin = initialState("ses_0");
    const task = { message_id: "m0", content: "The task" };
    this.apply(
      parent ? { type: "session.spawn", agent: sampleAgent(spec), parent, task } : create(spec),
    );
  }

  /** The limits in force. */
  get limits(): SessionLimits {
    return this.#limits;
  }

  /** The risk from which on calls wait for approval. */
  get threshold(): number {
    return this.state.agent?.spec.risk_threshold ?? this.#limits.require_approval_for_risk;
  }

  /** Makes a move. */
  move(move: Move): void {
    switch (move.kind) {
      case "send": {
        const message_id = `m${++this.#messages}`;
        const { text: content, on_busy } = move;
        this.apply({ type: "message.send", message_id, content, on_busy });
        return;
      }
      case "work":
        return this.#end(choose(session.pending(this.state), move.pick), move);
      case "late":
        return this.#end(choose(this.#effects, move.pick), move);
      case "reply":
        return this.#reply(move);
      case "decide":
        return this.#decide(move);
      case "wait":
        this.now += move.ms;
        return;
      case "ring":
        return this.#ring(move.early);
      case "cancel":
        this.apply({ type: "turn.cancel", reason: "enough" });
        return;
      case "close":
        this.apply({ type: "session.close", reason: null });
        return;
      case "fork":
        return this.#fork();
      default:
        return move satisfies never;
    }
  }

  /** Sends a command. Returns the code of the refusal, or null. */
  apply(sent: SessionCommand): string | null {
    const { id } = this.state;
    const seq = this.journal.at(-1)?.seq ?? 0;
    const facts = { now: this.now, seq, id, limits: this.#limits, cause: "cmd" };
    const decided = session.decide(this.state, session.parseCommand(journaled(sent)), facts);
    if (isRejection(decided)) return decided.reject.code;
    for (const [index, event] of decided.events.entries()) {
      const next = (this.journal.at(-1)?.seq ?? 0) + 1;
      this.state = session.evolve(this.state, event, this.now, next);
      const last = index === decided.events.length - 1;
      this.journal.push({ seq: next, at: this.now, event, state: this.state, last });
      if (event.type === "child.spawned") this.#children.push(event.payload);
      for (const change of session.questions(event)) {
        if (change.op === "ask") this.#questions.push(change.id);
      }
    }
    this.sends.push(...decided.sends ?? []);
    for (const { name, at, command } of decided.timers ?? []) {
      if (name === WALL_TIMER) this.timer = at !== null && command ? { at, command } : null;
      if (name === MEMORY_TIMER) this.retry = command ?? null;
    }
    const seen = new Set(this.#effects.map(({ id }) => id));
    this.#effects.push(...session.pending(this.state).filter(({ id }) => !seen.has(id)));
    return null;
  }

  #end(effect: Effect | undefined, ending: Ending): void {
    if (!effect) return;
    if (effect.kind.startsWith("memory_")) this.apply(memoryResult(effect, ending));
    else {
      const { call_id } = effect.input as { call_id: string };
      this.apply(result(effect.kind, call_id, ending));
    }
  }

  #reply({ pick, ends, text, usage }: Extract<Move, { kind: "reply" }>): void {
    const open =
      this.state.turn?.calls.flatMap(({ call_id, child }) =>
        child ? [{ call_id, child_id: child.id }] : []
      ) ?? [];
    const child = choose(open.length > 0 ? open : this.#children, pick);
    if (!child) return;
    const well = ends === "well";
    const outcome = well ? "completed" : ends === "badly" ? "failed" : "cancelled";
    const error = well ? null : { code: "broken", message: "It broke" };
    this.apply({ type: "child.reply", ...child, outcome, text: well ? text : "", error, usage });
  }

  #decide(move: Extract<Move, { kind: "decide" }>): void {
    const { decisions, pick, input } = move;
    const open = this.state.turn?.calls.flatMap(({ approval_id }) => approval_id ?? []) ?? [];
    const approval_id = choose(open.length > 0 ? open : this.#questions, pick);
    if (approval_id === undefined) return;
    const edited = input === undefined ? {} : { input };
    const end = this.journal.length;
    for (const decision of decisions) {
      if (this.journal.length > end) return;
      const by = "ada";
      this.apply({ type: "approval.decide", approval_id, decision, reason: null, by, ...edited });
    }
  }

  #ring(early: boolean): void {
    const { timer, retry } = this;
    if (retry) {
      this.retry = null;
      this.apply(retry);
    }
    if (!timer) return;
    if (!early) {
      this.now = Math.max(this.now, timer.at);
      this.timer = null;
    }
    this.apply(timer.command);
  }

  /** Goes on as a fork of the session so far. */
  #fork(): void {
    const from = { id: this.state.id, seq: this.journal.length, hash: "" };
    const state = journaled(this.state) as unknown as Json;
    this.state = initialState(`ses_${++this.#forks}`);
    this.journal = [];
    this.sends = [];
    this.timer = this.retry = null;
    this.apply({ type: "session.fork", from, metadata: {}, state });
    this.origin = this.state;
  }
}

function choose<T>(from: readonly T[], pick: number): T | undefined {
  return from[pick % from.length];
}

function memoryResult({ kind, input }: Effect, ending: Ending): SessionCommand {
  const { ends, recalled, text, usage } = ending;
  const error = { code: "broken", message: "It broke" };
  if (kind === "memory_write") {
    const { seq: of } = input as MemoryWork;
    if (ends === "badly") return { type: "memory.defer", of, error };
    const refused = ends === "well" ? null : error;
    return { type: "memory.settle", of, outcomes: [], forgotten: 0, refused };
  }
  const { call_id } = input as RecallWork;
  if (kind === "memory_extract") {
    const items = ends === "well" ? [{ kind: "fact" as const, text: text.trim() || "Tea" }] : [];
    const shortened = items.map((item) => ({ ...item, text: item.text.slice(0, 100) }));
    return {
      type: "memory.extract",
      call_id,
      items: shortened,
      usage,
      error: ends === "badly" ? error : null,
    };
  }
  return ends === "well"
    ? { type: "memory.found", call_id, items: [...recalled], mode: "lexical", unavailable: null }
    : { type: "memory.found", call_id, items: [], mode: "none", unavailable: error };
}

function result(kind: string, call_id: string, ending: Ending): SessionCommand {
  const { ends, text, output, calls, schedules, usage } = ending;
  const error = { code: "broken", message: "It broke" };
  if (kind === "skill") {
    if (ends === "unknown") return { type: "skill.interrupt", call_id };
    return ends === "well"
      ? { type: "skill.complete", call_id, output, via: "run", ms: 1 }
      : { type: "skill.fail", call_id, error, ms: 1 };
  }
  if (kind === "agent" || kind === "schedules") {
    if (ends !== "well") return { type: "skill.fail", call_id, error, ms: 1 };
    return kind === "agent"
      ? { type: "child.spawn", call_id, agent: sampleAgent() }
      : { type: "schedules.found", call_id, schedules: [...schedules] };
  }
  if (kind === "compact") {
    const degraded = ends === "well" ? null : error;
    return { type: "context.compact", call_id, summary: text, usage, degraded };
  }
  if (ends === "badly") return { type: "llm.fail", call_id, error, attempts: 1 };
  const answer = { provider: "demo", model: "demo-1", finish_reason: "stop", attempts: 1 };
  return { type: "llm.complete", call_id, text, calls: [...calls], usage, ...answer };
}
