import assert from "node:assert/strict";
import { loadConfig } from "../config.ts";
import { ManualClock } from "../manual_clock.ts";
import { createHealth } from "./health.ts";

/** A report over a journal that answers when the test says so. */
function setUp() {
  const clock = new ManualClock();
  const asked: PromiseWithResolvers<void>[] = [];
  const config = loadConfig({ env: {}, readFile: () => null, cwd: "/" });
  const engine = {
    submit: () => assert.fail("not asked"),
    inspect: () => assert.fail("not asked"),
    notify: () => assert.fail("not asked"),
    trouble: () => null,
    shortage: () => null,
  };
  const check = () => {
    const question = Promise.withResolvers<void>();
    asked.push(question);
    return question.promise;
  };
  const streams = { trouble: () => null, carrier: "in this process" };
  const skills = { list: () => [], faults: () => [] };
  const memory = { check: () => Promise.resolve() };
  const sources = { clock, config, engine, streams, skills };
  const health = createHealth({ ...sources, journal: { check }, memory });
  /** A report over a memory that answers as given. */
  const withMemory = async (answer: () => Promise<void>, file = "") => {
    const readFile = (path: string) => path.endsWith("synapse.yaml") ? file : null;
    const env = { SYNAPSE_CONFIG: "synapse.yaml" };
    const config = loadConfig({ env, readFile, cwd: "/" });
    const memory = config.memory && { check: answer };
    const journal = { check: () => Promise.resolve() };
    const report = createHealth({ ...sources, config, journal, memory })();
    for (let ms = 0; ms < 600; ms += 100) await clock.advance(100);
    return await report;
  };
  return { clock, asked, health, withMemory };
}

Deno.test("createHealth() asks the journal once for all who ask at once, however long it takes", async () => {
  const { clock, asked, health } = setUp();
  const early = [health(), health()];
  await clock.advance(5000);
  const late = health();
  assert.equal(asked.length, 1);
  asked[0]?.resolve();
  const reports = await Promise.all([...early, late]);
  assert.deepEqual(reports.map(({ status }) => status), ["ready", "ready", "ready"]);
});

Deno.test("createHealth() remembers the journal's answer for a second, good or bad, and no longer", async () => {
  const { clock, asked, health } = setUp();
  const first = health();
  asked[0]?.resolve();
  assert.equal((await first).status, "ready");
  await clock.advance(999);
  assert.equal((await health()).status, "ready");
  assert.equal(asked.length, 1);

  await clock.advance(1);
  const second = health();
  assert.equal(asked.length, 2);
  asked[1]?.reject(new DOMException("The disk is full"));
  const report = await second;
  assert.equal(report.status, "not_ready");
  assert.deepEqual(report.checks.journal, { status: "failed", detail: "The disk is full" });
  assert.deepEqual(await health(), report);
  assert.equal(asked.length, 2);

  await clock.advance(1000);
  const third = health();
  asked[2]?.resolve();
  assert.equal((await third).status, "ready");
});

Deno.test("createHealth() says how memory is looked through, and is degraded without it", async () => {
  const { withMemory } = setUp();
  const well = await withMemory(() => Promise.resolve());
  assert.deepEqual(well.checks.memory, { status: "ok", detail: "embedded, by words only" });
  const embeddings = "memory: { embeddings: { model: m, dimensions: 8, base_url: 'http://a' } }";
  const { memory } = (await withMemory(() => Promise.resolve(), embeddings)).checks;
  assert.equal(memory?.detail, "embedded, by words and meaning");
  const away = await withMemory(() => Promise.reject(new DOMException("Index is down")));
  assert.equal(away.status, "degraded");
  assert.deepEqual(away.checks.memory, { status: "degraded", detail: "embedded: Index is down" });
  const slow = await withMemory(() => new Promise(() => {}));
  assert.match(slow.checks.memory?.detail ?? "", /took longer than 500 ms/);
  const off = await withMemory(() => Promise.resolve(), "memory: { enabled: false }");
  assert.deepEqual([off.status, off.checks.memory], ["ready", { status: "ok", detail: "off" }]);
});
