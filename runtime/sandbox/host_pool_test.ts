import assert from "node:assert/strict";
import { fault, type SkillFault } from "./fault.ts";
import { HostPool, type PooledHost } from "./host_pool.ts";
import { NO_PERMISSIONS, type SkillPermissions } from "./permissions.ts";

const NEVER = new AbortController().signal;
const NET: SkillPermissions = { ...NO_PERMISSIONS, net: ["a.test"] };

class FakeHost implements PooledHost {
  alive = true;
  prepared = 0;
  failure: SkillFault | null = null;
  constructor(readonly id: number, readonly permissions: SkillPermissions) {}
  prepare(): void {
    this.prepared++;
  }
  ready(): Promise<SkillFault | null> {
    return Promise.resolve(this.failure);
  }
  kill(): Promise<void> {
    this.alive = false;
    return Promise.resolve();
  }
}

function poolOf(size: number) {
  const started: FakeHost[] = [];
  const pool = new HostPool<FakeHost>({
    size,
    start: (permissions) => {
      const host = new FakeHost(started.length, permissions);
      started.push(host);
      return host;
    },
  });
  const alive = () => started.filter(({ alive }) => alive).length;
  const use = (permissions = NO_PERMISSIONS, signal = NEVER) =>
    pool.use(permissions, signal, (host) => Promise.resolve(host.id));
  return { pool, started, alive, use };
}

Deno.test("HostPool uses a host again for equal permissions, prepared anew, and not for others", async () => {
  const { started, use } = poolOf(2);
  assert.deepEqual([await use(), await use(NET), await use(), await use(NET)], [0, 1, 0, 1]);
  assert.deepEqual(started.map(({ prepared }) => prepared), [2, 2]);
  assert.deepEqual(started.map(({ permissions }) => permissions), [NO_PERMISSIONS, NET]);
});

Deno.test("HostPool gives up the longest idle host when it has no room for other permissions", async () => {
  const { started, use, alive } = poolOf(1);
  assert.deepEqual([await use(), await use(NET), await use()], [0, 1, 2]);
  assert.deepEqual(started.map(({ alive }) => alive), [false, false, true]);
  assert.equal(alive(), 1);
});

Deno.test("HostPool keeps its bound and serves who waits in order", async () => {
  const { pool, started, alive } = poolOf(2);
  const order: number[] = [];
  let busy = 0;
  let busiest = 0;
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) =>
        pool.use(i % 3 === 0 ? NET : NO_PERMISSIONS, NEVER, async () => {
          order.push(i);
          busiest = Math.max(busiest, ++busy, alive());
          await new Promise((resolve) => setTimeout(resolve, 1));
          busy--;
        }),
    ),
  );
  assert.equal(busiest, 2);
  assert.deepEqual(order, Array.from({ length: 20 }, (_, i) => i));
  assert.ok(started.length > 2);
});

Deno.test("HostPool drops a host that died in a job, while idle, or in a job that threw", async () => {
  const { pool, started, use, alive } = poolOf(1);
  await pool.use(NO_PERMISSIONS, NEVER, (host) => host.kill());
  assert.equal(await use(), 1);
  await started[1]?.kill();
  assert.equal(await use(), 2);
  const job = (host: FakeHost) => host.kill().then(() => Promise.reject(new RangeError("broke")));
  await assert.rejects(pool.use(NO_PERMISSIONS, NEVER, job), /broke/);
  assert.equal(await use(), 3);
  assert.equal(alive(), 1);
});

Deno.test("HostPool replaces an idle host that never gets ready, and reports a new one", async () => {
  const { pool, started, use } = poolOf(1);
  await use();
  const failure = fault("skill_host_died", "Not ready");
  Object.assign(started[0] ?? {}, { failure });
  assert.equal(await use(), 1);
  const broken = new HostPool<FakeHost>({
    size: 1,
    start: () => Object.assign(new FakeHost(0, NO_PERMISSIONS), { failure }),
  });
  const job = () => assert.fail("ran");
  assert.deepEqual(await broken.use(NO_PERMISSIONS, NEVER, job), failure);
  assert.deepEqual(await broken.use(NO_PERMISSIONS, NEVER, job), failure);
  const none = new HostPool<FakeHost>({
    size: 1,
    start: () => {
      throw new Deno.errors.NotFound("No such program");
    },
  });
  none.warm([NET]);
  assert.deepEqual(
    await none.use(NET, NEVER, job),
    fault("skill_host_died", "Skill's process could not be started: No such program"),
  );
  await pool[Symbol.asyncDispose]();
});

Deno.test("HostPool lets a waiter go when its signal aborts, and the next one in", async () => {
  const { pool, use } = poolOf(1);
  const gate = Promise.withResolvers<void>();
  const first = pool.use(NO_PERMISSIONS, NEVER, () => gate.promise);
  const abort = new AbortController();
  const second = use(NO_PERMISSIONS, abort.signal);
  const third = use();
  abort.abort();
  assert.equal(await second, null);
  gate.resolve();
  await first;
  assert.equal(await third, 0);
  assert.equal(await use(NO_PERMISSIONS, AbortSignal.abort()), null);
});

Deno.test("HostPool starts hosts ahead while there is room, one for each set of permissions", async () => {
  const { pool, started, use, alive } = poolOf(2);
  pool.warm([NO_PERMISSIONS, { ...NO_PERMISSIONS }, NET, { ...NET, env: ["A"] }]);
  assert.deepEqual(started.map(({ permissions }) => permissions), [NO_PERMISSIONS, NET]);
  assert.equal(await use(NET), 1);
  await pool[Symbol.asyncDispose]();
  assert.equal(alive(), 0);
});

Deno.test("HostPool kills everything and sends waiters away when it is disposed of", async () => {
  const { pool, use, alive } = poolOf(1);
  const gate = Promise.withResolvers<void>();
  const first = pool.use(NO_PERMISSIONS, NEVER, () => gate.promise);
  const waiting = use();
  // Let the first have its host.
  await new Promise((resolve) => setTimeout(resolve));
  await pool[Symbol.asyncDispose]();
  assert.equal(alive(), 0);
  assert.equal(await waiting, null);
  gate.resolve();
  await first;
  assert.equal(await use(), null);
});
