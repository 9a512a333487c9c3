import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { systemEntropy } from "../../entropy.ts";
import { ManualClock } from "../../manual_clock.ts";
import { createSockets } from "./socket.ts";

/** Answers each connection with a byte and drops it, as the driver does with one to a standby. */
function droppingServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ended = (async () => {
    for await (const connection of listener) {
      await connection.write(new Uint8Array([1]));
      connection.close();
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const end = () => {
    listener.close();
    return ended;
  };
  return { port, [Symbol.asyncDispose]: end };
}

async function untilClosed(socket: Socket): Promise<void> {
  socket.resume();
  await once(socket, "close");
}

Deno.test("createSockets() waits between rounds over several hosts that all answer and are none to stay with", async () => {
  await using server = droppingServer();
  const clock = new ManualClock();
  const closing = new AbortController().signal;
  const open = createSockets({ place: "x", clock, entropy: systemEntropy, closing });
  const target = { host: ["127.0.0.1", "127.0.0.1"], port: [server.port, server.port] };
  await untilClosed(await open(target));
  await untilClosed(await open(target));
  const third = open(target);
  assert.equal(clock.sleeping, 1);
  await clock.advance(50);
  await untilClosed(await third);
  await untilClosed(await open(target));
  const fifth = open(target);
  await clock.advance(49);
  assert.equal(clock.sleeping, 1, "ever longer");
  await clock.advance(51);
  await untilClosed(await fifth);
});

Deno.test("createSockets() goes back at once to a single host that had answered", async () => {
  await using server = droppingServer();
  const clock = new ManualClock();
  const closing = new AbortController().signal;
  const open = createSockets({ place: "x", clock, entropy: systemEntropy, closing });
  for (let n = 0; n < 3; n++) {
    await untilClosed(await open({ host: ["127.0.0.1"], port: [server.port] }));
  }
  assert.equal(clock.sleeping, 0);
});
