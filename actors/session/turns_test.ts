import assert from "node:assert/strict";
import { WALL_TIMER } from "./budgets.ts";
import {
  answer,
  cancel,
  close,
  done,
  interrupted,
  judge,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  type SessionOutcome,
  type SessionScenario,
  START,
  types,
} from "./session_scenario.ts";

const EXPIRE = (turn = 1) => ({ type: "turn.expire", turn }) as const;

/** A session whose turns may take a second. */
const bounded = () => openSession({ budgets: { turn: { wall_ms: 1000 } } });

/** When the wall timer rings after a decision that changed it: the last change counts. */
function ringsAt(outcome: SessionOutcome): number | null {
  const changes = (outcome.decision.timers ?? []).filter(({ name }) => name === WALL_TIMER);
  assert.notEqual(changes.length, 0, "Changes of the wall timer");
  return changes.at(-1)!.at;
}

const untouched = (outcome: SessionOutcome) => assert.deepEqual(outcome.decision.timers, []);

/** A turn that a person keeps waiting from 100 ms on. */
function waiting(): SessionScenario {
  return play(play(bounded(), send("m1")).then.after(100), propose({ risk: 3 })).then;
}

Deno.test("decide() sets a timer for a turn's wall time and clears it when the turn ends", () => {
  const running = play(bounded(), send("m1"));
  assert.deepEqual(running.decision.timers, [
    { name: WALL_TIMER, at: START + 1000, command: EXPIRE() },
  ]);
  for (const end of [answer("a"), cancel(), close()]) {
    assert.equal(ringsAt(play(running.then, end)), null);
  }
});

Deno.test("decide() sets no timers when no wall time is bounded", () => {
  const running = play(openSession(), send("m1"));
  untouched(running);
  untouched(play(running.then, cancel()));
});

Deno.test("decide() leaves the timer to the next turn when one follows at once", () => {
  const next = play(play(bounded(), send("m1"), send("m2")).then.after(300), cancel());
  assert.equal(ringsAt(next), START + 1300);
  assert.deepEqual(next.decision.timers?.at(-1)?.command, EXPIRE(2));
});

Deno.test("decide() fails the turn when its wall time is over", () => {
  const over = play(play(bounded(), send("m1"), propose({})).then.after(1000), EXPIRE());
  assert.deepEqual(types(over), ["budget.exceeded", "turn.failed"]);
  assert.deepEqual(payloadOf(over, "budget.exceeded").budget, "wall_ms");
  assert.equal(over.state.active_ms, 1000);
});

Deno.test("decide() sets the timer again when it rings early", () => {
  const early = play(play(bounded(), send("m1")).then.after(999), EXPIRE());
  assert.deepEqual(types(early), []);
  assert.equal(ringsAt(early), START + 1000);
});

Deno.test("decide() ignores the timer of another turn and of none", () => {
  const second = play(bounded(), send("m1"), answer("a"), send("m2")).then.after(5000);
  for (const outcome of [play(second, EXPIRE(1)), play(second, answer("b"), EXPIRE(2))]) {
    assert.deepEqual(types(outcome), []);
    untouched(outcome);
  }
});

Deno.test("decide() counts no time spent waiting for people", () => {
  const late = waiting().after(86_400_000);
  const rung = play(late, EXPIRE());
  assert.deepEqual(types(rung), []);
  untouched(rung);

  const approved = play(late, judge(0, "approve"));
  assert.equal(ringsAt(approved), START + 86_400_000 + 1000);
  assert.equal(approved.state.turn?.waited_ms, 86_400_000);
  const over = play(approved.then.after(900), EXPIRE());
  assert.deepEqual(payloadOf(over, "budget.exceeded").used, 1000);
});

Deno.test("decide() counts the time while another call runs beside a question", () => {
  const mixed = play(bounded(), send("m1"), propose({ risk: 3 }, {})).then.after(400);
  const rest = play(mixed, done(1)).then.after(5000);
  const denied = play(rest, judge(0, "deny"));
  assert.equal(denied.state.turn?.waited_ms, 5000);
  assert.equal(ringsAt(denied), START + 400 + 5000 + 600);
});

Deno.test("decide() goes on waiting while one of several questions is open", () => {
  const asked = play(bounded(), send("m1"), propose({ risk: 3 }, { risk: 3 })).then;
  const one = play(asked.after(2000), judge(0, "deny"));
  assert.equal(one.state.turn?.waiting_since, START);
  const both = play(one.then.after(2000), judge(1, "deny"));
  assert.equal(both.state.turn?.waited_ms, 4000);
  assert.equal(ringsAt(both), START + 4000 + 1000);
});

Deno.test("decide() counts no time spent waiting for the outcome of an interrupted call", () => {
  const asked = play(bounded(), send("m1"), propose({ idempotent: false })).then.after(700);
  const rest = play(asked, interrupted(0)).then.after(60_000);
  const again = play(rest, judge(0, "run_again"));
  assert.equal(ringsAt(again), START + 60_000 + 1000);
});

Deno.test("decide() leaves the time spent waiting out of a cancelled turn's account", () => {
  const cut = play(waiting().after(9000), cancel());
  assert.equal(cut.state.active_ms, 100);
});

Deno.test("decide() settles the open questions of a turn that fails", () => {
  const asked = play(bounded(), send("m1"), propose({ risk: 3 }, {})).then.after(1000);
  const over = play(asked, EXPIRE());
  assert.deepEqual(payloadOf(over, "turn.failed").open_approvals, ["apr_ses_1_6"]);
});
