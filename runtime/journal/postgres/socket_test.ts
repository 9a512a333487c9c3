import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { systemEntropy } from "../../entropy.ts";
import { ManualClock } from "../../manual_clock.ts";
import { JournalUnavailable } from "../port.ts";
import { createSockets } from "./socket.ts";

/** Answers each connection with a byte and drops it, as the driver does with one to a standby; or keeps it. */
function answeringServer({ keeps }: { readonly keeps: boolean }) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const kept: Deno.TcpConn[] = [];
  const ended = (async () => {
    for await (const connection of listener) {
      await connection.write(new Uint8Array([1]));
      if (keeps) kept.push(connection);
      else connection.close();
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const end = () => {
    for (const connection of kept) connection.close();
    listener.close();
    return ended;
  };
  const target = { host: ["127.0.0.1", "127.0.0.1"], port: [port, port] };
  return { port, target, [Symbol.asyncDispose]: end };
}

function sockets(clock: ManualClock) {
  const closing = new AbortController().signal;
  const fault = (reason: string) => new JournalUnavailable(reason, { rolled_back: true });
  return createSockets({ clock, entropy: systemEntropy, closing, fault });
}

async function untilClosed(socket: Socket): Promise<void> {
  socket.resume();
  await once(socket, "close");
}

Deno.test("createSockets() waits between rounds over several hosts that all answer and are none to stay with", async () => {
  await using server = answeringServer({ keeps: false });
  const clock = new ManualClock();
  const open = sockets(clock);
  const { target } = server;
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

Deno.test("createSockets() counts what fails at the same time for one failure", async () => {
  await using server = answeringServer({ keeps: false });
  const clock = new ManualClock();
  const open = sockets(clock);
  const both = () => Promise.all([open(server.target), open(server.target)]);
  await Promise.all((await both()).map(untilClosed));
  const second = both();
  assert.equal(clock.sleeping, 0);
  await Promise.all((await second).map(untilClosed));
  const third = both();
  assert.equal(clock.sleeping, 2, "each host had its turn");
  await clock.advance(50);
  await Promise.all((await third).map(untilClosed));
});

Deno.test("createSockets() counts a failure of an encrypted connection, for which the driver removes all listeners", async () => {
  await using server = answeringServer({ keeps: false });
  const clock = new ManualClock();
  const open = sockets(clock);
  for (let failures = 0; failures < 2; failures++) {
    const socket = await open(server.target);
    socket.removeAllListeners();
    await untilClosed(socket);
  }
  const third = open(server.target);
  assert.equal(clock.sleeping, 1);
  await clock.advance(50);
  await untilClosed(await third);
});

Deno.test("createSockets() forgets failures once a connection lasts", async () => {
  await using standby = answeringServer({ keeps: false });
  await using primary = answeringServer({ keeps: true });
  const clock = new ManualClock();
  const open = sockets(clock);
  for (let failures = 0; failures < 2; failures++) await untilClosed(await open(standby.target));
  const opening = open(primary.target);
  await clock.advance(50);
  const steady = await opening;
  await once(steady, "data");
  await clock.advance(1000);
  const next = open(primary.target);
  assert.equal(clock.sleeping, 0);
  for (const socket of [steady, await next]) socket.destroy();
});

Deno.test("createSockets() goes back at once to a single host that had answered", async () => {
  await using server = answeringServer({ keeps: false });
  const clock = new ManualClock();
  const open = sockets(clock);
  for (let n = 0; n < 3; n++) {
    await untilClosed(await open({ host: ["127.0.0.1"], port: [server.port] }));
  }
  assert.equal(clock.sleeping, 0);
});
