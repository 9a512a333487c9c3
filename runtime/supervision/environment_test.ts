import assert from "node:assert/strict";
import { readSupervision } from "./environment.ts";

const PID = 4711;

const faultsOf = (env: Record<string, string>) =>
  readSupervision(env, PID).faults.map(({ name, reason }) => `${name} ${reason}`);

Deno.test("readSupervision() finds no supervisor where none is named", () => {
  const nobody = { address: null, silence_ms_max: null, faults: [] };
  assert.deepEqual(readSupervision({}, PID), nobody);
  assert.deepEqual(readSupervision({ NOTIFY_SOCKET: "", WATCHDOG_USEC: "x" }, PID), nobody);
});

Deno.test("readSupervision() takes paths, abstract names, and the time in microseconds", () => {
  assert.deepEqual(
    readSupervision({
      NOTIFY_SOCKET: "/run/systemd/notify",
      WATCHDOG_USEC: "30000000",
      WATCHDOG_PID: `${PID}`,
    }, PID),
    { address: "/run/systemd/notify", silence_ms_max: 30_000, faults: [] },
  );
  assert.equal(readSupervision({ NOTIFY_SOCKET: "@a/b" }, PID).address, "\0a/b");
});

Deno.test("readSupervision() takes no watchdog that is for another process", () => {
  const env = { NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "30000000" };
  assert.equal(readSupervision({ ...env, WATCHDOG_PID: "1" }, PID).silence_ms_max, null);
  assert.equal(readSupervision(env, PID).silence_ms_max, 30_000);
});

Deno.test("readSupervision() says what cannot be used, and uses the rest", () => {
  for (const socket of ["notify", "@", "/", "vsock:2:1"]) {
    assert.deepEqual(
      faultsOf({ NOTIFY_SOCKET: socket }),
      [
        "NOTIFY_SOCKET is neither an absolute path nor the name of an abstract socket (@…)",
      ],
      socket,
    );
  }
  const long = { NOTIFY_SOCKET: "/" + "ä".repeat(54) };
  assert.deepEqual(faultsOf(long), ["NOTIFY_SOCKET is longer than a socket's address can be"]);
  assert.equal(readSupervision(long, PID).address, null);
  assert.deepEqual(faultsOf({ NOTIFY_SOCKET: "/" + "a".repeat(106) }), []);
  for (const usec of ["0", "-1", "1.5", "soon", "1e6"]) {
    const env = { NOTIFY_SOCKET: "/n", WATCHDOG_USEC: usec };
    assert.deepEqual(faultsOf(env), ["WATCHDOG_USEC is no positive whole number"], usec);
    assert.deepEqual(readSupervision(env, PID).address, "/n");
  }
  assert.deepEqual(
    faultsOf({ NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "1", WATCHDOG_PID: "me" }),
    ["WATCHDOG_PID is no process id"],
  );
});
