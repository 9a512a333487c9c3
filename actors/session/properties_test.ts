import assert from "node:assert/strict";
import fc from "fast-check";
import type { Effect, Json, QuestionChange } from "../behavior.ts";
import { isDeeperThan, JSON_DEPTH_MAX } from "../json_depth.ts";
import { session } from "./behavior.ts";
import { wallLeft } from "./budgets.ts";
import { fact } from "./events.ts";
import { anyCommand } from "./random_commands.ts";
import { always, inTheEnd, inTheEndWith, settle } from "./random_moves.ts";
import { REJECTIONS } from "./rejections.ts";
import { type Entry, journaled, type SessionRun } from "./session_run.ts";
import { activeMs, initialState, isWaiting, NO_USAGE, type SessionState } from "./state.ts";
import type { Usage } from "./values.ts";

const trip = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Folds a journal as it is read from a store, changing the state between events. */
function replay(run: SessionRun, between: (state: SessionState) => SessionState): SessionState {
  return run.journal.reduce((state, { event, at, seq }) => {
    const payload = journaled(event.payload) as Json;
    return session.evolve(
      between(state),
      session.parseEvent(event.type, event.v, payload),
      at,
      seq,
    );
  }, initialState(run.state.id));
}

Deno.test("evolve() replays every journal to the live state, byte for byte", () => {
  inTheEnd((run) => {
    const replayed = replay(run, (state) => state);
    // Not in canonical form: in the order of members, too.
    assert.equal(JSON.stringify(replayed), JSON.stringify(run.state));
  });
});

Deno.test("parseEvent() reads back every value that is let in, however deep", () => {
  const value = fc.tuple(fc.nat(JSON_DEPTH_MAX), fc.infiniteStream(fc.string()), fc.jsonValue())
    .map(([levels, names, leaf]) => {
      let value = isDeeperThan(JSON_DEPTH_MAX - levels, leaf) ? null : leaf as Json;
      for (let i = 0; i < levels; i++) {
        const name = names.next().value;
        value = name.length % 2 ? [value] : Object.fromEntries([[name, value]]);
      }
      return value;
    });
  fc.assert(fc.property(value, (input) => {
    const started = fact("skill.started", { call_id: "call_1_0", input, key: "k", attempt: 1 });
    assert.ok(!isDeeperThan(JSON_DEPTH_MAX, input));
    assert.deepEqual(
      session.parseEvent(started.type, 1, journaled(started.payload)),
      journaled(started),
    );
  }));
});

Deno.test("evolve() gives the same state from a snapshot at any point and the events after it", () => {
  inTheEnd((run) => assert.deepEqual(replay(run, trip), trip(run.state)));
});

Deno.test("decide() names each question after the number that its event gets in the journal", () => {
  inTheEnd((run) => {
    for (const { seq, event } of run.journal) {
      if (event.type !== "approval.requested" && event.type !== "skill.interrupted") continue;
      assert.equal(event.payload.approval_id, `apr_${run.state.id}_${seq}`);
    }
  });
});

/** Effects that no turn waits for. */
const BESIDE_TURNS = new Set(["memory_write", "memory_extract"]);

const ofTurn = (state: SessionState): Effect[] =>
  session.pending(state).filter(({ kind }) => !BESIDE_TURNS.has(kind));

Deno.test("pending() owes at most one model call, and none beside skill calls", () => {
  always(({ state }) => {
    const effects = session.pending(state);
    const toModel = effects.filter(({ kind }) => kind === "model" || kind === "compact");
    if (toModel.length > 0) assert.equal(ofTurn(state).length, 1);
    assert.ok(effects.length <= ofTurn(state).length + BESIDE_TURNS.size);
    assert.equal(new Set(effects.map(({ id }) => id)).size, effects.length);
  });
});

Deno.test("pending() keeps an effect as it is while it owes it, and never owes it again", () => {
  inTheEnd((run) => {
    const gone = new Set<string>();
    let owed = new Map<string, string>();
    for (const { last, state } of run.journal) {
      if (!last) continue;
      const now = new Map(
        session.pending(state).map((effect) => [effect.id, JSON.stringify(effect)]),
      );
      for (const [id, text] of now) {
        assert.ok(!gone.has(id), `Effect ${id} is owed again`);
        assert.equal(owed.get(id) ?? text, text, `Effect ${id} stays as it is`);
      }
      for (const id of owed.keys()) if (!now.has(id)) gone.add(id);
      owed = now;
    }
  });
});

Deno.test("decide() never leaves a turn with nothing to wait for", () => {
  always(({ state }) => {
    const { turn } = state;
    if (!turn) return assert.deepEqual([ofTurn(state), state.queue], [[], []]);
    const delegated = turn.calls.some(({ child }) => child !== null);
    if (isWaiting(turn)) assert.deepEqual(ofTurn(state), []);
    assert.ok(ofTurn(state).length > 0 || isWaiting(turn) || delegated);
    assert.equal(turn.waiting_since !== null, isWaiting(turn));
  });
});

Deno.test("decide() keeps the wall timer at the end of the running turn's time", () => {
  always((run) => {
    const { turn } = run.state;
    const left = wallLeft(run.state, run.now);
    if (!turn) return assert.equal(run.timer, null);
    if (left === null || left === 0 || isWaiting(turn)) return;
    assert.equal(run.timer?.at, run.now + left);
    assert.ok(activeMs(turn, run.now) >= 0);
  });
});

/** The decisions of people about a call, and each of its starts, in order. */
function startsOf(journal: readonly Entry[], id: string): Entry["event"][] {
  return journal.map(({ event }) => event).filter((event) =>
    (event.type === "skill.started" || event.type === "approval.decided" ||
      event.type === "skill.requested") && event.payload.call_id === id
  );
}

const callIds = (run: SessionRun): string[] =>
  run.journal.flatMap(({ event }) =>
    event.type === "skill.requested" ? [event.payload.call_id] : []
  );

Deno.test("decide() starts a risky call only after an approval of exactly the input that starts", () => {
  inTheEnd((run) => {
    const threshold = run.threshold;
    for (const id of callIds(run)) {
      let approved: Json | undefined;
      let input: Json = null;
      let risk = 0;
      for (const event of startsOf(run.journal, id)) {
        if (event.type === "skill.requested") ({ input, risk } = event.payload);
        if (event.type === "approval.decided" && event.payload.decision === "approve") {
          approved = event.payload.edited ? event.payload.input : input;
        }
        if (event.type === "skill.started" && risk >= threshold) {
          assert.notEqual(approved, undefined, `Call ${id} was approved`);
          assert.deepEqual(event.payload.input, approved);
        }
        if (event.type === "skill.started" && risk < threshold) {
          assert.deepEqual(event.payload.input, input);
        }
      }
    }
  });
});

Deno.test("decide() starts a call once, and once more for each time that a person says so, with the same key", () => {
  inTheEnd((run) => {
    for (const id of callIds(run)) {
      const events = startsOf(run.journal, id);
      const starts = events.flatMap((event) =>
        event.type === "skill.started" ? [event.payload] : []
      );
      const again = events.filter((event) =>
        event.type === "approval.decided" && event.payload.decision === "run_again"
      );
      assert.ok(starts.length <= 1 + again.length);
      assert.deepEqual(starts.map(({ attempt }) => attempt), starts.map((_, i) => i + 1));
      assert.ok(new Set(starts.map(({ key }) => key)).size <= 1);
    }
  });
});

Deno.test("decide() ends each call that started once at most", () => {
  inTheEnd((run) => {
    const ended = run.journal.flatMap(({ event }) =>
      event.type === "skill.completed" || event.type === "skill.failed"
        ? [event.payload.call_id]
        : []
    );
    assert.equal(new Set(ended).size, ended.length);
  });
});

Deno.test("evolve() counts as used what the model's answers, summaries, extractions and children used", () => {
  inTheEnd((run) => {
    const total = run.journal.reduce(
      (sum: Usage, { event }) =>
        event.type === "llm.completed" || event.type === "context.compacted" ||
          event.type === "child.replied" || event.type === "memory.noted"
          ? {
            input_tokens: sum.input_tokens + event.payload.usage.input_tokens,
            output_tokens: sum.output_tokens + event.payload.usage.output_tokens,
            cost_usd: sum.cost_usd + event.payload.usage.cost_usd,
          }
          : sum,
      run.origin.usage ?? NO_USAGE,
    );
    assert.deepEqual(run.state.usage, total);
  });
});

Deno.test("questions() shows people exactly the questions that the session waits for", () => {
  always((run) => {
    const open = new Set<string>();
    const change = (change: QuestionChange) =>
      change.op === "ask" ? open.add(change.id) : open.delete(change.id);
    for (const { event } of run.journal) session.questions(event).forEach(change);
    const waited = run.state.turn?.calls.flatMap(({ approval_id }) => approval_id ?? []) ?? [];
    assert.deepEqual([...open].sort(), [...waited].sort());
  });
});

Deno.test("decide() makes every accepted message part of exactly one turn, or closes the session before", () => {
  inTheEnd((run) => {
    settle(run);
    const turns = new Map<string, Set<number>>();
    for (const { state } of run.journal) {
      for (const id of state.turn?.message_ids ?? []) {
        turns.set(id, (turns.get(id) ?? new Set()).add(state.turn!.number));
      }
    }
    const closed = run.state.phase === "closed";
    for (const { event } of run.journal) {
      if (event.type !== "message.received") continue;
      const count = turns.get(event.payload.message_id)?.size ?? 0;
      assert.ok(count === 1 || (closed && count === 0), `Message was in ${count} turns`);
    }
  });
});

Deno.test("decide() starts turns of queued messages in the order of their arrival", () => {
  inTheEnd((run) => {
    settle(run);
    const queued = run.journal.flatMap(({ event }) =>
      event.type === "message.received" && event.payload.disposition === "queue"
        ? [event.payload.message_id]
        : []
    );
    const started = run.journal.flatMap(({ event }) =>
      event.type === "turn.started" ? event.payload.message_ids : []
    ).filter((id) => queued.includes(id));
    assert.deepEqual(started, queued.slice(0, started.length));
  });
});

Deno.test("decide() answers any command in any state, with events that can be read back or a known refusal", () => {
  inTheEndWith(fc.array(anyCommand, { minLength: 10, maxLength: 40 }), (run, commands) => {
    for (const command of commands) {
      const before = run.journal.length;
      const refused = run.apply(command);
      if (refused !== null) {
        assert.ok(REJECTIONS.some((code) => code === refused), `${refused} is a known refusal`);
        assert.equal(run.journal.length, before);
      }
      for (const { event } of run.journal.slice(before)) {
        const payload = trip(event.payload) as Json;
        assert.deepEqual(trip(session.parseEvent(event.type, event.v, payload)), trip(event));
      }
    }
  });
});
