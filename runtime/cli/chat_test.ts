import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { type Answerer, type FakeNode, fakeNode, type SeenRequest } from "./fake_node.ts";

const USAGE = { input_tokens: 1, output_tokens: 1, cost_usd: 0 };

/** A node with one session, whose agent does as the test says. */
class FakeSession {
  readonly node: FakeNode;
  #seq = 0;
  #text = "";
  #watchers: ReadableStreamDefaultController<Uint8Array>[] = [];

  constructor(onMessage: (session: FakeSession, content: string) => void, more = {}) {
    const path = "/api/v1/sessions/ses_1";
    const messages: Answerer = ({ body }: SeenRequest) => {
      const { content } = body as { content: string };
      const message_id = `msg_${this.#seq}`;
      this.event("message.received", { message_id, content, disposition: "start" });
      this.event("turn.started", { turn: 1, message_ids: [message_id] });
      onMessage(this, content);
      return Response.json({ id: message_id, status: "accepted" }, { status: 202 });
    };
    const session = { id: "ses_1", agent: "assistant", status: "idle" };
    this.event("session.created", {});
    this.node = fakeNode({
      "POST /api/v1/sessions": () => Response.json({ ...session, seq: 1 }, { status: 201 }),
      [`GET ${path}`]: () => ({ ...session, seq: this.#seq }),
      [`POST ${path}/messages`]: messages,
      [`GET ${path}/events`]: () => this.#watch(),
      ...more,
    });
  }

  event(type: string, payload: unknown): void {
    const seq = ++this.#seq;
    const event = {
      seq,
      type,
      v: 1,
      at: "2026-01-01T00:00:00.000Z",
      cause: "c",
      payload,
      hash: "h",
    };
    this.#publish(`event: ${type}\nid: ${seq}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  delta(text: string): void {
    this.#publish(`event: llm.delta\nid: ${this.#seq}.1\ndata: ${JSON.stringify({ text })}\n\n`);
  }

  answer(text: string): void {
    this.event("llm.completed", { turn: 1, call_id: "c", text, calls: [], usage: USAGE });
    this.event("turn.completed", { turn: 1, call_id: "c", usage: USAGE });
  }

  #publish(text: string): void {
    this.#text += text;
    for (const watcher of this.#watchers) watcher.enqueue(new TextEncoder().encode(text));
  }

  #watch(): Response {
    return new Response(
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(this.#text));
          this.#watchers.push(controller);
        },
        cancel: () => void this.#watchers.pop(),
      }),
    );
  }
}

/** Chats with these lines on standard input. */
async function chat(session: FakeSession, lines: string, ...args: string[]) {
  const main = new URL("../main.ts", import.meta.url).pathname;
  const flags = ["--no-prompt", "--allow-net", "--allow-read", "--allow-env", "--allow-sys"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, main, "chat", "--url", session.node.url, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("chat sends one line after the other and shows the answers as they stream", async () => {
  const session = new FakeSession((session, content) => {
    session.delta("You said ");
    session.answer(`You said ${content}`);
  });
  await using _node = session.node;
  const run = await chat(session, "hello\nbye\n");
  assert.deepEqual(run, {
    code: EXIT.ok,
    stdout: "You said hello\nYou said bye\n",
    stderr: "Session ses_1 with assistant. Ctrl-D leaves, --session resumes\n",
  });
});

Deno.test("chat takes the decision about a risky call from its input, and edits the input", async () => {
  const approval = { approval_id: "apr_1", call_id: "k1", skill: "http_send", input: {}, risk: 3 };
  const decide: Answerer = ({ body }) => {
    const { decision, input } = body as { decision: string; input: unknown };
    session.event("approval.decided", { ...approval, decision, input, edited: true, by: "local" });
    session.event("skill.completed", { call_id: "k1", output: input, via: "run", ms: 1 });
    session.answer("Sent");
    return { id: "apr_1", status: "approve" };
  };
  const session = new FakeSession((session) => {
    const { skill, input, risk } = approval;
    session.event("skill.requested", {
      turn: 1,
      call_id: "k1",
      skill,
      input,
      risk,
      idempotent: false,
    });
    session.event("approval.requested", approval);
  }, { "POST /api/v1/approvals/apr_1": decide });
  await using _node = session.node;
  const run = await chat(session, 'send it\nedit\n{"to":"me"}\n');
  assert.equal(run.code, EXIT.ok, run.stderr);
  assert.equal(
    run.stdout,
    "⚙ http_send {}\n? http_send wants to run (risk 3 of 5) with\n  {}\n  http_send: approve\n" +
      '  http_send → {"to":"me"}\nSent\n',
  );
  assert.deepEqual(session.node.seen.at(-1)?.body, { decision: "approve", input: { to: "me" } });
});

Deno.test("chat --session shows what was said, then goes on; --json prints every entry", async () => {
  const session = new FakeSession((session, content) => session.answer(`Again ${content}`));
  await using _node = session.node;
  session.event("message.received", { message_id: "m", content: "first", disposition: "start" });
  session.event("turn.started", { turn: 1, message_ids: ["m"] });
  session.answer("Answer");
  const resumed = await chat(session, "second\n", "--session", "ses_1");
  assert.equal(resumed.stdout, "› first\nAnswer\nAgain second\n");
  const json = await chat(session, "third\n", "--session", "ses_1", "--json");
  const types = json.stdout.trim().split("\n").map((line) => JSON.parse(line).event.type);
  assert.equal(types.at(-1), "turn.completed");
  assert.equal(types.filter((type) => type === "message.received").length, 3);
});

Deno.test("chat ends with the exit code of what is wrong when it cannot begin", async () => {
  const session = new FakeSession(() => {});
  await using _node = session.node;
  assert.equal((await chat(session, "", "--session", "none")).code, EXIT.notFound);
});
