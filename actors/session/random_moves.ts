/**
 * Arbitrary lives of a session: small enough that everything that can meet does meet, with windows so
 * narrow that compaction is common; and how to check what holds in all of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { session } from "./behavior.ts";
import type { SessionLimits } from "./draft.ts";
import {
  call,
  json,
  knownSchedule,
  onBusy,
  rarely,
  recalledNote,
  text,
  usage,
} from "./random_commands.ts";
import { type Ending, type Move, SessionRun } from "./session_run.ts";
import type { AgentDraft } from "./session_scenario.ts";
import { NO_USAGE } from "./state.ts";

/** Lives in which a rule is looked for an exception. */
const LIVES = 60;

const ending: fc.Arbitrary<Ending> = fc.record({
  ends: fc.constantFrom("well", "well", "well", "well", "badly", "unknown", "unknown"),
  text,
  output: fc.oneof(json, text),
  calls: fc.array(call, { maxLength: 3 }),
  schedules: fc.array(knownSchedule, { maxLength: 3 }),
  recalled: fc.array(recalledNote, { maxLength: 3 }),
  usage,
});

const pick = fc.nat(7);

/** The first that answers the question counts; a question of either kind is answered by one. */
const decisions = fc.tuple(
  fc.constantFrom("run_again", "run_again", "treat_as_done", "fail"),
  fc.constantFrom("approve", "approve", "deny"),
  fc.constant("fail" as const),
  fc.constant("treat_as_done" as const),
);

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant("send" as const), on_busy: onBusy, text }),
  },
  {
    weight: 20,
    arbitrary: fc.tuple(ending, pick).map(([ending, pick]) => ({
      kind: "work" as const,
      pick,
      ...ending,
    })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(ending, fc.nat()).map(([ending, pick]) => ({
      kind: "late" as const,
      pick,
      ...ending,
    })),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("decide" as const),
      pick,
      decisions,
      input: rarely(json, undefined),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(ending, pick).map(([ending, pick]) => ({
      kind: "reply" as const,
      pick,
      ...ending,
    })),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("ring" as const), early: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("cancel", "cancel", "fork" as const) }),
  },
);

const wall_ms = fc.integer({ min: 1, max: 3000 });

const budget = fc.record({
  tokens: rarely(fc.integer({ min: 1, max: 800 }), undefined),
  cost_usd: rarely(fc.double({ min: 0.01, max: 1, noNaN: true }), undefined),
  steps: rarely(fc.integer({ min: 1, max: 12 }), undefined),
  wall_ms: rarely(wall_ms, undefined),
});

const spec: fc.Arbitrary<AgentDraft> = fc.record({
  system: fc.oneof(fc.constant("Be kind"), text),
  context_tokens: fc.integer({ min: 1000, max: 2000 }),
  max_steps: fc.integer({ min: 1, max: 20 }),
  risk_threshold: rarely(fc.nat(6), undefined),
  on_busy: fc.constantFrom("queue", "inject", "interrupt"),
  memory: fc.record({
    recall: fc.record({ auto: fc.boolean(), k: fc.constant(3) }),
    remember: fc.record({ skill: fc.boolean(), extract: fc.boolean() }),
    scope: fc.constantFrom("agent", "session"),
  }),
  budgets: fc.oneof(
    fc.constant({}),
    fc.record({ turn: fc.record({ wall_ms }) }),
    fc.record({ turn: budget, session: budget }),
  ),
}).map((spec) => JSON.parse(JSON.stringify(spec)) as AgentDraft);

const limits: fc.Arbitrary<SessionLimits> = fc.record({
  mailbox_per_session: fc.integer({ min: 1, max: 6 }),
  skill_output_model_chars: fc.integer({ min: 1, max: 1000 }),
  require_approval_for_risk: fc.nat(6),
  delegation_depth: fc.integer({ min: 1, max: 3 }),
  children_open: fc.integer({ min: 1, max: 2 }),
  children_total: fc.integer({ min: 1, max: 4 }),
  schedules_per_session: fc.integer({ min: 1, max: 3 }),
  memory_unwritten: fc.integer({ min: 0, max: 3 }),
});

/** A session to be, and the moves to come. Now and then it is closed on the way. */
interface Life {
  readonly begin: () => SessionRun;
  readonly moves: readonly Move[];
}

/** The call for which a session works, in one of three lives. */
const parent = rarely(
  fc.record({
    id: fc.constant("ses_9"),
    call_id: fc.constant("call_1_0"),
    depth: fc.integer({ min: 1, max: 3 }),
  }),
  null,
);

const life: fc.Arbitrary<Life> = fc.record({
  spec,
  limits,
  parent,
  moves: fc.array(move, { minLength: 5, maxLength: 70, size: "max" }),
  last: rarely(fc.constant<Move[]>([{ kind: "close" }, { kind: "fork" }]), []),
}).map(({ spec, limits, parent, moves, last }) => {
  const middle = Math.floor(moves.length / 2);
  return {
    begin: () => new SessionRun(spec, limits, parent),
    moves: [...moves.slice(0, middle), ...last, ...moves.slice(middle)],
  };
});

/**
 * Checks a rule after each move of many lives.
 *
 * @throws with the seed and the shortest life found, when the check throws
 */
export function always(check: (run: SessionRun) => void): void {
  eachLife(({ begin, moves }) => {
    const run = begin();
    for (const move of moves) {
      run.move(move);
      check(run);
    }
  });
}

/**
 * Checks a rule at the end of many lives.
 *
 * @throws with the seed and the shortest life found, when the check throws
 */
export function inTheEnd(check: (run: SessionRun) => void): void {
  eachLife((life) => check(live(life)));
}

/**
 * Checks a rule for many lives and what else is drawn for each.
 *
 * @throws with the seed and the shortest life found, when the check throws
 */
export function inTheEndWith<T>(more: fc.Arbitrary<T>, check: (run: SessionRun, more: T) => void) {
  const property = fc.property(life, more, (life, drawn) => check(live(life), drawn));
  fc.assert(property, { numRuns: LIVES });
}

function eachLife(check: (life: Life) => void): void {
  fc.assert(fc.property(life, check), { numRuns: LIVES });
}

function live({ begin, moves }: Life): SessionRun {
  const run = begin();
  for (const move of moves) run.move(move);
  return run;
}

/** Ends whatever is owed, and answers for children and people, until the session rests. */
export function settle(run: SessionRun): void {
  const ending = {
    ends: "well",
    text: "done",
    output: null,
    calls: [],
    schedules: [],
    recalled: [],
    usage: NO_USAGE,
  } as const;
  for (let moves = 0; run.state.turn || session.pending(run.state).length > 0; moves++) {
    assert.ok(moves < 1000, "The session comes to rest");
    const open = session.pending(run.state).length > 0
      ? "work"
      : run.state.turn?.calls.some(({ child }) => child)
      ? "reply"
      : "decide";
    run.move(
      open === "decide"
        ? { kind: open, pick: 0, decisions: ["deny", "fail"], input: undefined }
        : { kind: open, pick: 0, ...ending },
    );
  }
}
