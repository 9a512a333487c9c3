import assert from "node:assert/strict";
import type { Json } from "../behavior.ts";
import { session } from "./behavior.ts";
import type { SessionCommand } from "./commands.ts";
import { pending } from "./pending.ts";
import {
  answer,
  cancel,
  close,
  create,
  done,
  failModel,
  interrupted,
  judge,
  newSession,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  types,
  USAGE,
} from "./session_scenario.ts";
import { type SessionState, statusOf } from "./state.ts";

/** Forks a session in that state. */
function fork(state: SessionState): SessionCommand {
  const from = { id: state.id, seq: 9, hash: "ab" };
  return { type: "session.fork", from, metadata: { fork: true }, state: state as unknown as Json };
}

const forked = (state: SessionState) => play(newSession({}, "ses_2"), fork(state));

Deno.test("decide() creates a session once", () => {
  const created = play(newSession(), create());
  assert.deepEqual(types(created), ["session.created"]);
  assert.deepEqual(created.decision.reply, { id: "ses_1" });
  assert.equal(statusOf(created.state), "idle");
  assert.equal(play(created.then, create()).rejected, "session_exists");
  assert.equal(play(created.then, fork(created.state)).rejected, "session_exists");
});

Deno.test("decide() refuses every command to a session that does not exist", () => {
  const { state } = newSession();
  const commands = [
    send("m1"),
    cancel(),
    close(),
    judge(0, "approve")(state),
    answer("a")(state),
    failModel(state),
    done(0)(state),
    interrupted(0)(state),
    { type: "turn.expire", turn: 1 } as const,
  ];
  for (const command of commands) {
    assert.equal(play(newSession(), command).rejected, "session_not_found", command.type);
  }
  assert.equal(statusOf(state), "new");
});

Deno.test("decide() cancels a running turn and starts the next", () => {
  const cut = play(openSession(), send("m1"), send("m2"), cancel("wrong question"));
  assert.deepEqual(types(cut), ["turn.cancelled", "turn.started"]);
  assert.deepEqual(payloadOf(cut, "turn.cancelled"), {
    turn: 1,
    reason: "wrong question",
    open_approvals: [],
  });
  assert.deepEqual(cut.decision.reply, { turn: 1 });
});

Deno.test("decide() refuses to cancel when no turn runs", () => {
  assert.equal(play(openSession(), cancel()).rejected, "turn_not_running");
});

Deno.test("decide() closes an idle session, and closing it again changes nothing", () => {
  const closed = play(openSession(), close());
  assert.deepEqual(types(closed), ["session.closed"]);
  assert.equal(statusOf(closed.state), "closed");
  const again = play(closed.then, close());
  assert.equal(again.rejected, null);
  assert.deepEqual(types(again), []);
});

Deno.test("decide() ends the running turn and drops waiting messages when the session closes", () => {
  const closed = play(
    openSession(),
    send("m1"),
    propose({ risk: 3 }, { idempotent: false }),
    send("m2"),
    send("m3", "inject"),
    close(),
  );
  assert.deepEqual(types(closed), ["turn.cancelled", "session.closed"]);
  assert.deepEqual(payloadOf(closed, "turn.cancelled").open_approvals, ["apr_ses_1_6"]);
  assert.deepEqual(closed.state.queue, []);
  assert.deepEqual(pending(closed.state), []);
});

Deno.test("decide() refuses what people ask of a closed session and ignores late results", () => {
  const running = play(openSession(), send("m1"), propose({})).then;
  const late = done(0)(running.state);
  const closed = play(running, close()).then;
  for (const command of [send("m2"), cancel(), judge(0, "approve")(running.state)]) {
    assert.equal(play(closed, command).rejected, "session_closed", command.type);
  }
  for (const command of [late, { type: "turn.expire", turn: 1 } as const]) {
    const ignored = play(closed, command);
    assert.equal(ignored.rejected, null);
    assert.deepEqual(types(ignored), []);
  }
});

Deno.test("decide() forks an idle session with its conversation, usage and agent", () => {
  const source = play(openSession({ system: "Be kind" }), send("m1"), answer("hello")).state;
  const copy = forked(source);
  assert.deepEqual(types(copy), ["session.forked"]);
  assert.deepEqual(copy.decision.reply, { id: "ses_2" });
  assert.deepEqual(copy.state, { ...source, id: "ses_2", metadata: { fork: true } });
});

Deno.test("decide() forks an open turn without what was under way in it", () => {
  const source = play(
    openSession(),
    send("m1"),
    propose({ idempotent: false }, { risk: 3 }, {}),
    done(2),
    send("m2"),
    send("m3", "inject"),
  ).state;
  const copy = forked(source).state;
  assert.equal(copy.turn, null);
  assert.deepEqual(copy.queue, []);
  assert.deepEqual(pending(copy), []);
  assert.deepEqual(copy.transcript.slice(2).map((item) => "content" in item && item.content), [
    "output 2",
    "Stopped, outcome unknown: the session was forked here",
    "Not run: the session was forked here",
  ]);
  assert.equal(statusOf(copy), "idle");
});

Deno.test("decide() counts nothing of an open turn's time in a fork, however long ago it was", () => {
  const first = play(play(openSession(), send("m1")).then.after(30), answer("a")).then;
  const running = play(first.after(1000), send("m2")).then;
  const waiting = play(running.after(50), propose({ risk: 3 })).then;
  const resumed = play(waiting.after(400), judge(0, "approve")).then;
  for (const { state } of [running, waiting, resumed]) {
    assert.ok(state.turn);
    const copy = play(newSession({}, "ses_2").after(1_000_000), fork(state));
    assert.equal(copy.state.active_ms, 30);
  }
});

Deno.test("decide() opens the fork of a closed session", () => {
  const source = play(openSession(), send("m1"), answer("bye"), close()).state;
  const copy = forked(source);
  assert.equal(statusOf(copy.state), "idle");
  assert.deepEqual(play(copy.then, send("m2")).state.turn?.message_ids, ["m2"]);
});

Deno.test("decide() gives a fork's calls other ids than those it took over", () => {
  const source = play(openSession(), send("m1"), propose({}), done(0), answer("ok")).state;
  const copy = play(forked(source).then, send("m2"), propose({}));
  const ids = copy.state.transcript.flatMap((item) =>
    item.role === "assistant" ? item.calls.map(({ id }) => id) : []
  );
  assert.deepEqual(ids, ["call_1_0", "call_3_0"]);
});

Deno.test("decide() refuses a fork of a state in which there was no session yet", () => {
  assert.equal(forked(newSession().state).rejected, "fork_invalid");
  const from = { id: "ses_1", seq: 1, hash: "ab" };
  for (const state of [null, 1, "agent", [], { agent: null }]) {
    const command = { type: "session.fork", from, metadata: {}, state } as const;
    assert.equal(play(newSession(), command).rejected, "fork_invalid");
  }
});

Deno.test("summary() shows a list the status, the agent and what was used", () => {
  const busy = play(openSession(), send("m1"), answer("a"), send("m2"), send("m3"));
  assert.deepEqual(session.summary(busy.state), {
    status: "running",
    label: "assistant",
    details: {
      agent_version: 1,
      metadata: {},
      parent: null,
      usage: USAGE,
      turns: 2,
      queued: 1,
      memory: { noted: 0, forgettings: 0, unwritten: 0 },
    },
  });
  assert.deepEqual(session.summary(newSession().state).status, "new");
});
