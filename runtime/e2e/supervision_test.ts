import assert from "node:assert/strict";
import { ledgerSkill } from "./ledger.ts";
import { ask, openSession } from "./session_calls.ts";
import { Site } from "./site.ts";

/** A supervisor's socket, with all that was told to it. */
class Supervisor implements AsyncDisposable {
  readonly told: string[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #listening: Promise<void>;

  constructor(path: string) {
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path });
    this.#listening = this.#listen();
  }

  async #listen(): Promise<void> {
    for await (const [bytes] of this.#socket) this.told.push(new TextDecoder().decode(bytes));
  }

  /** How often that was told. */
  count(text: string): number {
    return this.told.filter((notice) => notice === text).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#listening;
  }
}

/** The environments of the programs that the process started. Deno itself may not look there. */
async function environmentsBelow(pid: number): Promise<string> {
  const script = `for child in $(cat /proc/$1/task/$1/children); do cat /proc/$child/environ; done`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", `${pid}`] })
    .output();
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name:
    "a supervised node says that it is ready, that it lives and that it stops, and its hosts know nothing of it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using site = await Site.create({
      skills: (root) => ({ "note.ts": ledgerSkill(root, { name: "note", idempotent: true }) }),
    });
    await using supervisor = new Supervisor(`${site.root}/notify`);
    const node = await site.start({
      env: { NOTIFY_SOCKET: `${site.root}/notify`, WATCHDOG_USEC: "200000" },
    });
    await openSession(node.client, "watched");
    assert.match(await ask(node.client, "watched", '/call note {"text":"a"}'), /note did a/);
    const environments = await environmentsBelow(node.pid);
    assert.match(environments, /DENO_DIR=|HOME=/);
    assert.doesNotMatch(environments, /NOTIFY_SOCKET|WATCHDOG_/);

    const beats = () => supervisor.count("WATCHDOG=1");
    for (const end = beats() + 3; beats() < end;) await node.client.get("/health");
    assert.equal((await node.terminate()).code, 0);
    const { told } = supervisor;
    assert.equal(told[0], "READY=1");
    assert.ok(told.includes(`STATUS=Ready at ${node.url}`), told.join("\n"));
    assert.equal(told.at(-1), "STOPPING=1\nSTATUS=Stops: finishes and hands over");
    assert.deepEqual([supervisor.count("READY=1"), node.log.includes("supervisor")], [1, false]);
  },
});

Deno.test("a node whose supervisor cannot be reached says so and serves", async () => {
  await using site = await Site.create();
  for (
    const [NOTIFY_SOCKET, said] of [
      ["notify.sock", /"name":"NOTIFY_SOCKET","reason":"is neither an absolute path/],
      [`${site.root}/nobody`, /The supervisor cannot be told anything/],
    ] as const
  ) {
    const node = await site.start({ env: { NOTIFY_SOCKET, LOG_FORMAT: "json" } });
    assert.deepEqual((await node.client.get<{ status: string }>("/health")).status, "ok");
    assert.equal((await node.terminate()).code, 0);
    assert.match(node.log, said);
  }
});
