import assert from "node:assert/strict";
import { systemEntropy } from "../entropy.ts";
import { openNotifySocket } from "./notify_socket.ts";

/** What comes to that address while `send` is done. */
async function received(address: string, send: () => Promise<void>): Promise<string> {
  const supervisor = Deno.listenDatagram({ transport: "unixpacket", path: address });
  try {
    await send();
    const [bytes] = await supervisor.receive();
    return new TextDecoder().decode(bytes);
  } finally {
    supervisor.close();
  }
}

Deno.test("openNotifySocket() reaches a socket at a path, and an abstract one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "synapse_notify_" });
  try {
    for (const address of [`${folder}/socket`, `\0${folder}`]) {
      const sink = openNotifySocket(address, systemEntropy);
      // A second one: their own ends must not be in each other's way.
      const other = openNotifySocket(address, systemEntropy);
      const text = await received(address, () => sink.send({ phase: "ready", status: "Ready" }));
      assert.equal(text, "READY=1\nSTATUS=Ready");
      sink.close();
      other.close();
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["socket"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openNotifySocket() sends what is told at once one after the other, also after one that failed", async () => {
  const address = `\0${systemEntropy.id("supervisor")}`;
  const sink = openNotifySocket(address, systemEntropy);
  await assert.rejects(sink.send({ phase: "ready" }), Deno.errors.ConnectionRefused);
  const supervisor = Deno.listenDatagram({ transport: "unixpacket", path: address });
  const statuses = ["one", "two", "three"];
  await Promise.all(statuses.map((status) => sink.send({ status })));
  for (const status of statuses) {
    const [bytes] = await supervisor.receive();
    assert.equal(new TextDecoder().decode(bytes), `STATUS=${status}`);
  }
  supervisor.close();
  sink.close();
});

Deno.test("openNotifySocket() fails to send where nobody listens", async () => {
  const sink = openNotifySocket("/nowhere/socket", systemEntropy);
  await assert.rejects(sink.send({ alive: true }), Deno.errors.NotFound);
  sink.close();
});
