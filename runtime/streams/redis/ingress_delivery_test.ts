import assert from "node:assert/strict";
import type { Answer, PostedCommand } from "../../engine/port.ts";
import { SynapseError } from "../../errors.ts";
import { ManualClock } from "../../manual_clock.ts";
import { IngressDelivery } from "./ingress_delivery.ts";

const DONE: Answer = { reply: null, repeated: false };
const FULL: Answer = { reject: { code: "mailbox_full", message: "full" } };
const DEAD_FULL = { kind: "dead", code: "mailbox_full", message: "full" };

const unavailable = () => new SynapseError("journal_unavailable", "away");

function command(id: string, session = "ses_1"): PostedCommand {
  const address = { tenant: "acme", type: "session", id: session };
  return {
    address,
    command: { type: "message.send" },
    id,
    digest: "d",
    sender: "ingress",
    request_id: null,
  };
}

/** An engine whose `post` does what is said for its nth call, and then handles everything. */
function setUp(...plan: (() => Promise<Answer> | Answer)[]) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const posted: string[] = [];
  const engine = {
    post: (commands: readonly PostedCommand[]) => {
      const answers = commands.map(({ id }) => {
        posted.push(id);
        const next = plan.shift() ?? (() => DONE);
        return next();
      });
      return Promise.resolve(answers.map((answer) => Promise.resolve(answer)));
    },
  };
  const delivery = new IngressDelivery({ engine, clock, signal: stop.signal });
  return { clock, stop, posted, delivery };
}

function fail(error: Error): () => never {
  return () => {
    throw error;
  };
}

Deno.test("deliver() is done when the command is handled", async () => {
  const { delivery, posted } = setUp();
  assert.deepEqual(await delivery.deliver(command("a")), { kind: "done" });
  assert.deepEqual(posted, ["a"]);
});

Deno.test("deliver() posts a session's command only when the one before has its answer", async () => {
  const first = Promise.withResolvers<Answer>();
  const { delivery, posted, clock } = setUp(() => first.promise);
  const delivered = [
    delivery.deliver(command("a")),
    delivery.deliver(command("b")),
    delivery.deliver(command("c", "ses_2")),
  ];
  await clock.yield();
  assert.deepEqual(posted, ["a", "c"]);
  first.resolve(DONE);
  await Promise.all(delivered);
  assert.deepEqual(posted, ["a", "c", "b"]);
});

Deno.test("deliver() tries again, and lets nothing pass, while the journal is away", async () => {
  const { delivery, posted, clock } = setUp(fail(unavailable()), fail(unavailable()));
  const delivered = [delivery.deliver(command("a")), delivery.deliver(command("b"))];
  await clock.advance(10_000);
  assert.deepEqual(await Promise.all(delivered), [{ kind: "done" }, { kind: "done" }]);
  assert.deepEqual(posted, ["a", "a", "a", "b"]);
});

Deno.test("deliver() leaves a command that is stored and not answered in time for later", async () => {
  const late = new SynapseError("answer_late", "late");
  const { delivery, posted } = setUp(() => Promise.reject(late));
  const delivered = [delivery.deliver(command("a")), delivery.deliver(command("b"))];
  assert.deepEqual(await Promise.all(delivered), [{ kind: "later" }, { kind: "done" }]);
  assert.deepEqual(posted, ["a", "b"]);
});

Deno.test("deliver() gives up what is refused, by the actor or by the engine", async () => {
  const reused = new SynapseError("idempotency_key_reused", "reused");
  const { delivery } = setUp(
    () => ({ reject: { code: "session_closed", message: "closed" } }),
    () => Promise.reject(reused),
    fail(new TypeError("broken")),
  );
  const codes: string[] = [];
  for (const id of ["a", "b", "c"]) {
    const outcome = await delivery.deliver(command(id));
    assert.ok(outcome.kind === "dead");
    codes.push(outcome.code);
  }
  assert.deepEqual(codes, ["session_closed", "idempotency_key_reused", "internal"]);
});

Deno.test("deliver() waits for room", async () => {
  const { delivery, posted, clock } = setUp(() => FULL, () => FULL);
  const delivered = [delivery.deliver(command("a")), delivery.deliver(command("b"))];
  await clock.advance(10_000);
  assert.deepEqual(await Promise.all(delivered), [{ kind: "done" }, { kind: "done" }]);
  assert.deepEqual(posted, ["a", "a", "a", "b"]);
});

Deno.test("deliver() waits for room only so long, and then not for every message anew", async () => {
  const { delivery, posted, clock } = setUp(...Array(200).fill(() => FULL));
  const [first, second] = [delivery.deliver(command("a")), delivery.deliver(command("b"))];
  await clock.advance(60_000);
  assert.deepEqual(await first, DEAD_FULL);
  assert.deepEqual(await second, DEAD_FULL);
  assert.equal(posted.filter((id) => id === "b").length, 1);
});

Deno.test("deliver() ends with its run, and leaves the rest for the next", async () => {
  const { delivery, clock, stop, posted } = setUp(fail(unavailable()));
  const delivered = [delivery.deliver(command("a")), delivery.deliver(command("b"))];
  await clock.yield();
  stop.abort();
  assert.deepEqual(await Promise.all(delivered), [{ kind: "later" }, { kind: "later" }]);
  assert.deepEqual(posted, ["a"]);
});
