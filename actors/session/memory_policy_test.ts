import assert from "node:assert/strict";
import { session } from "./behavior.ts";
import type { CommandOf, SessionCommand } from "./commands.ts";
import { memoryNote } from "./memory_item.ts";
import type { ModelWork } from "./model_request.ts";
import {
  answer,
  done,
  newSession,
  openSession,
  payloadOf,
  play,
  propose,
  sampleAgent,
  send,
  type SessionOutcome,
  types,
  USAGE,
} from "./session_scenario.ts";
import { NO_USAGE, type SessionState } from "./state.ts";

const kinds = (outcome: SessionOutcome) =>
  session.pending(outcome.state).map(({ kind, policy }) => `${kind} ${policy}`);

const remember = (text: string) => propose({ skill: "remember", input: { text }, risk: 1 });

const EXTRACT = { memory: { remember: { extract: true } } };

const extract = (
  more: Partial<CommandOf<"memory.extract">> = {},
) =>
(state: SessionState): SessionCommand => ({
  type: "memory.extract",
  call_id: state.memory.extractions[0]?.call_id ?? "none",
  items: [{ kind: "preference", text: "Likes tea" }, { kind: "preference", text: "Likes  tea" }],
  usage: USAGE,
  error: null,
  ...more,
});

Deno.test("A turn that ends well is looked through when the agent wants that, and no turn waits for it", () => {
  const ended = play(openSession(EXTRACT), send("m1", null, "I like tea"), answer("Noted"));
  const [effect] = session.pending(ended.state);
  assert.equal(effect?.kind, "memory_extract");
  assert.deepEqual(effect?.input, {
    call_id: effect?.id,
    conversation: "user: I like tea\nassistant: Noted",
    model: null,
    fallbacks: [],
  });
  const next = play(ended.then, send("m2"));
  assert.deepEqual(kinds(next), ["model retry", "memory_extract retry"]);
  const noted = play(next.then, extract());
  assert.equal(payloadOf(noted, "memory.noted").items.length, 1);
  assert.deepEqual(kinds(noted), ["model retry", "memory_write retry"]);
  assert.deepEqual(noted.state.turn?.usage, NO_USAGE);
  assert.equal(noted.state.usage.input_tokens, 2 * USAGE.input_tokens);
  assert.deepEqual(types(play(noted.then, extract())), []);
});

Deno.test("A look through a turn that fails or finds nothing owes memory nothing", () => {
  const ended = play(openSession(EXTRACT), send("m1"), answer("ok"));
  for (
    const more of [{ items: [] }, {
      error: { code: "model_failed", message: "No provider answered" },
    }]
  ) {
    const outcome = play(ended.then, extract(more));
    assert.deepEqual(payloadOf(outcome, "memory.noted").items, []);
    assert.deepEqual(kinds(outcome), []);
  }
});

Deno.test("An agent whose memory is its session's own keeps and looks under a name of the session's own", () => {
  const spec = { memory: { scope: "session" as const, recall: { auto: true } } };
  const outcome = play(
    openSession(spec),
    send("m1"),
    (state) => ({
      type: "memory.found",
      call_id: state.turn?.due?.call_id ?? "none",
      items: [],
      mode: "lexical",
      unavailable: null,
    }),
    remember("a"),
  );
  const { owner, items } = payloadOf(outcome, "memory.noted");
  assert.equal(owner, "assistant/ses_1");
  assert.equal(items[0]?.id, memoryNote(owner, { kind: "fact", text: "a" }).id);
});

Deno.test("remember is withheld from the model when the agent's policy says so", () => {
  const withheld = (spec: Parameters<typeof openSession>[0]) => {
    const { state } = play(openSession(spec), send("m1"));
    return (session.pending(state)[0]?.input as ModelWork).withheld;
  };
  assert.deepEqual(withheld({}), []);
  assert.deepEqual(withheld({ memory: { remember: { skill: false } } }), ["remember"]);
});

Deno.test("A fork takes over none of what its source has to do with memory", () => {
  const source = play(openSession(), send("m1"), remember("a"), propose({}), done(0));
  const command = {
    type: "session.fork",
    from: { id: "ses_1", seq: 9, hash: "" },
    metadata: {},
    state: JSON.parse(JSON.stringify(source.state)),
  } as const;
  const fork = play(newSession({}, "ses_2"), command);
  assert.deepEqual(kinds(fork), []);
  // A state of before there was memory has no such member.
  const { memory: _, ...old } = command.state;
  const { memory: __, ...spec } = sampleAgent().spec;
  const agent = { name: "assistant", version: 1, spec };
  const older = play(newSession({}, "ses_3"), { ...command, state: { ...old, agent } }, send("m2"));
  assert.deepEqual(kinds(older), ["model retry"]);
});
