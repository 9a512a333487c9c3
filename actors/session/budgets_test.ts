import assert from "node:assert/strict";
import { exceededBudget, wallLeft } from "./budgets.ts";
import {
  type AgentDraft,
  answer,
  broken,
  done,
  judge,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  START,
  types,
} from "./session_scenario.ts";

type Budgets = NonNullable<AgentDraft["budgets"]>;

const withBudgets = (budgets: Budgets) => openSession({ budgets });

Deno.test("decide() ends a turn whose budget is used up by an answer that wants more, and runs none of its calls", () => {
  // One answer of the samples uses 15 tokens and 0.25 dollars.
  const budgets: [Budgets["turn"], string, number][] = [
    [{ tokens: 15 }, "tokens", 15],
    [{ cost_usd: 0.25 }, "cost_usd", 0.25],
    [{ steps: 1 }, "steps", 1],
  ];
  for (const [turn, budget, limit] of budgets) {
    const ended = play(withBudgets({ turn }), send("m1"), propose({}, {}));
    assert.deepEqual(types(ended), ["llm.completed", "budget.exceeded", "turn.failed"]);
    assert.deepEqual(payloadOf(ended, "budget.exceeded"), {
      turn: 1,
      scope: "turn",
      budget,
      limit,
      used: limit,
    });
    assert.deepEqual(payloadOf(ended, "turn.failed").error, {
      code: "budget_exceeded",
      message: `The turn's budget of ${limit} ${budget} is used up (${limit})`,
    });
    const results = ended.state.transcript.filter((item) => item.role === "tool");
    assert.deepEqual(results.map(({ call_id }) => call_id), ["call_1_0", "call_1_1"]);
  }
});

Deno.test("decide() completes a turn whose final answer uses up the budget", () => {
  for (const turn of [{ tokens: 15 }, { cost_usd: 0.25 }, { steps: 1 }]) {
    const ended = play(withBudgets({ turn }), send("m1"), answer("done"));
    assert.deepEqual(types(ended), ["llm.completed", "turn.completed"]);
  }
});

Deno.test("decide() lets a turn go on while its budget leaves room", () => {
  for (const turn of [{ tokens: 16 }, { cost_usd: 0.26 }, { steps: 2 }]) {
    const running = play(withBudgets({ turn }), send("m1"), propose({}), done(0));
    assert.equal(running.state.turn?.due?.kind, "model");
  }
});

Deno.test("decide() gives each turn its own budget", () => {
  const second = play(
    withBudgets({ turn: { steps: 2 } }),
    send("m1"),
    propose({}),
    done(0),
    answer("a"),
    send("m2"),
    propose({}),
  );
  assert.equal(types(second).at(-1), "skill.started");
});

Deno.test("decide() ends a turn at the agent's max_steps", () => {
  const ended = play(openSession({ max_steps: 2 }), send("m1"), propose({}), done(0), propose({}));
  assert.deepEqual(payloadOf(ended, "budget.exceeded"), {
    turn: 1,
    scope: "turn",
    budget: "steps",
    limit: 2,
    used: 2,
  });
});

Deno.test("decide() starts and fails a turn at once when the session's budget is used up", () => {
  const budgets: [Budgets["session"], string][] = [
    [{ tokens: 30 }, "tokens"],
    [{ cost_usd: 0.5 }, "cost_usd"],
    [{ steps: 2 }, "steps"],
  ];
  for (const [session, budget] of budgets) {
    const spent = play(withBudgets({ session }), send("m1"), answer("a"), send("m2"), answer("b"));
    assert.equal(types(spent).at(-1), "turn.completed");
    const next = play(spent.then, send("m3"));
    assert.deepEqual(types(next), [
      "message.received",
      "turn.started",
      "budget.exceeded",
      "turn.failed",
    ]);
    const { scope, ...exceeded } = payloadOf(next, "budget.exceeded");
    assert.deepEqual([scope, exceeded.budget], ["session", budget]);
    assert.deepEqual(next.decision.reply, { message_id: "m3", disposition: "start", turn: null });
  }
});

Deno.test("decide() counts earlier turns against the session's wall time", () => {
  const first = play(withBudgets({ session: { wall_ms: 1000 } }), send("m1")).then.after(600);
  const second = play(first, answer("a"), send("m2"));
  assert.equal(wallLeft(second.state, START + 600), 400);
  const late = play(second.then.after(400), propose({}));
  assert.deepEqual(payloadOf(late, "budget.exceeded"), {
    turn: 2,
    scope: "session",
    budget: "wall_ms",
    limit: 1000,
    used: 1000,
  });
});

Deno.test("decide() ends a turn whose wall time is over when a result or a decision comes, before the timer rings", () => {
  const running = play(
    withBudgets({ turn: { wall_ms: 1000 } }),
    send("m1"),
    propose({}, { risk: 3 }),
  ).then.after(1000);
  const denied = play(running, judge(1, "deny")).then;
  for (const result of [done(0), broken(0)]) {
    const ended = play(denied, result);
    assert.deepEqual(types(ended).slice(1), ["budget.exceeded", "turn.failed"]);
  }
  const decided = play(running, done(0), judge(1, "deny"));
  assert.deepEqual(types(decided), [
    "approval.decided",
    "skill.failed",
    "budget.exceeded",
    "turn.failed",
  ]);
});

Deno.test("exceededBudget() finds nothing when no turn runs", () => {
  const idle = play(withBudgets({ session: { steps: 1 } }), send("m1"), answer("a")).state;
  assert.equal(exceededBudget(idle, START), null);
  assert.equal(wallLeft(idle, START), null);
});

Deno.test("wallLeft() is the lesser of what turn and session have left, and never negative", () => {
  const running = play(
    withBudgets({ turn: { wall_ms: 500 }, session: { wall_ms: 300 } }),
    send("m1"),
  ).state;
  assert.equal(wallLeft(running, START + 100), 200);
  assert.equal(wallLeft(running, START + 900), 0);
  assert.equal(wallLeft(play(openSession(), send("m1")).state, START), null);
});
