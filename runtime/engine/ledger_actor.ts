/**
 * Test support: a tiny actor that does everything an actor can do, so that what the engine does with it
 * can be counted. It writes down what it is told, tells others, reminds itself and has jobs done.
 *
 * @module
 */
import type { Address, Behavior, Effect, EventBody } from "../../actors/behavior.ts";
import { invariant, InvariantBroken } from "../../actors/invariant.ts";
import type { AnyBehavior } from "./step.ts";

/** What a ledger can be asked. */
export type LedgerCommand =
  /** Writes a note down; the reply is how many there are. */
  | { readonly type: "note"; readonly text: string }
  /** Writes it down and has another ledger do so as well. */
  | { readonly type: "tell"; readonly to: string; readonly text: string }
  /** Notes the text when the time has come. */
  | {
    readonly type: "remind";
    readonly name: string;
    readonly at: number | null;
    readonly text: string;
  }
  /** Owes a job from now on. */
  | { readonly type: "begin"; readonly job: string; readonly policy: Effect["policy"] }
  /** How a job ended. */
  | { readonly type: "end"; readonly job: string; readonly text: string }
  /** Does not owe it any more. */
  | { readonly type: "cancel"; readonly job: string }
  /** Is refused. */
  | { readonly type: "refuse" }
  /** Throws. */
  | { readonly type: "boom" };

/** What can have happened to a ledger. */
export type LedgerEvent = EventBody & {
  readonly type: "noted" | "told" | "reminded" | "begun" | "ended" | "cancelled";
};

/** What a ledger remembers. */
export interface LedgerState {
  readonly notes: readonly string[];
  readonly jobs: readonly { readonly job: string; readonly policy: Effect["policy"] }[];
}

const COMMANDS = ["note", "tell", "remind", "begin", "end", "cancel", "refuse", "boom"];
const EVENTS = ["noted", "told", "reminded", "begun", "ended", "cancelled"];

const ledgerBehavior: Behavior<LedgerState, LedgerCommand, LedgerEvent, unknown> = {
  type: "ledger",
  state_version: 1,
  initial: () => ({ notes: [], jobs: [] }),
  decide(state, command) {
    const { type: _, ...payload } = command;
    const done = (event: LedgerEvent["type"]) => ({ type: event, v: 1, payload });
    const reply = state.notes.length + 1;
    switch (command.type) {
      case "note":
        return { events: [done("noted")], reply };
      case "tell": {
        const { to: id, text } = command;
        const send = { to: { type: "ledger", id }, command: { type: "note", text } as const };
        return { events: [done("told")], sends: [send], reply };
      }
      case "remind": {
        const { name, at, text } = command;
        const timer = { name, at, command: { type: "note", text } as const };
        return { events: [done("reminded")], timers: [timer] };
      }
      case "begin":
        return { events: [done("begun")] };
      case "end":
      case "cancel": {
        invariant(
          command.type === "cancel" || command.text !== "poison",
          "the ledger can stand how the job ended",
        );
        if (!state.jobs.some(({ job }) => job === command.job)) {
          return { reject: { code: "job_not_open", message: `Job ${command.job} is not open` } };
        }
        return { events: [done(command.type === "end" ? "ended" : "cancelled")] };
      }
      case "refuse":
        return { reject: { code: "refused", message: "The ledger was asked to refuse" } };
      case "boom":
        throw new InvariantBroken("The ledger was asked to throw");
      default:
        return command satisfies never;
    }
  },
  evolve(state, { type, payload }) {
    const { text, job = "", policy = "retry" } = payload as {
      text: string;
      job?: string;
      policy?: Effect["policy"];
    };
    const others = state.jobs.filter((open) => open.job !== job);
    switch (type) {
      case "noted":
        return { ...state, notes: [...state.notes, text] };
      case "told":
      case "reminded":
        return state;
      case "begun":
        return { ...state, jobs: [...others, { job, policy }] };
      case "ended":
        return { notes: [...state.notes, `${job}: ${text}`], jobs: others };
      case "cancelled":
        return { ...state, jobs: others };
      default:
        return type satisfies never;
    }
  },
  pending: ({ jobs }) =>
    jobs.map(({ job, policy }) => ({ id: job, kind: "job", policy, input: job })),
  parseCommand(value) {
    const { type } = value as LedgerCommand;
    invariant(COMMANDS.includes(type), `${type} is a command of a ledger`);
    return value as LedgerCommand;
  },
  parseEvent(type, v, payload) {
    invariant(EVENTS.includes(type), `${type} is an event of a ledger`);
    return { type, v, payload } as LedgerEvent;
  },
  summary: ({ notes, jobs }) => ({
    status: jobs.length > 0 ? "busy" : "idle",
    label: "",
    details: notes.length,
  }),
  questions: () => [],
};

/** The actor type. */
export const LEDGER = ledgerBehavior as AnyBehavior;

/** The address of a ledger. */
export function ledger(id: string): Address {
  return { tenant: "acme", type: "ledger", id };
}

/** The command that writes a note down. */
export function note(text: string): LedgerCommand {
  return { type: "note", text };
}

/** The notes in a ledger's state, as `Engine.inspect` gives it; none for a ledger that does not exist. */
export function notesOf(inspected: { readonly state: unknown } | null): readonly string[] {
  return inspected ? (inspected.state as LedgerState).notes : [];
}
