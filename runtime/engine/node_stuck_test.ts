import assert from "node:assert/strict";
import type { Journal } from "../journal/port.ts";
import { FlakyJournal } from "./flaky_journal.ts";
import { nodeFolder, startLedgerNode } from "./ledger_node.ts";

/** A journal that leaves a heartbeat without an answer until the test says otherwise. */
class SilentJournal extends FlakyJournal {
  answer = Promise.resolve();

  override wrap(journal: Journal): Journal {
    const guarded = super.wrap(journal);
    const beat: Journal["beat"] = async (...args) => {
      await this.answer;
      return await journal.beat(...args);
    };
    return { ...guarded, beat };
  }
}

Deno.test("Node is stuck when it does not get round to its partitions any more, and says for how long", async () => {
  await using folder = await nodeFolder();
  const faults = new SilentJournal();
  await using test = await startLedgerNode({ ...folder, faults });
  await test.clock.advance(100_000);
  assert.equal(test.node.stuck(), null);
  const { promise, resolve } = Promise.withResolvers<void>();
  faults.answer = promise;
  await test.clock.advance(44_000);
  assert.equal(test.node.stuck(), null);
  await test.clock.advance(16_000);
  assert.match(
    test.node.stuck() ?? "",
    /^the engine has not looked after its partitions for (59|60) s$/,
  );
  resolve();
  await test.until(() => test.node.stuck() === null);
});

Deno.test("Node is not stuck because the journal is away: a new process would not have it either", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  test.faults.full = true;
  await test.clock.advance(300_000);
  assert.equal(test.node.stuck(), null);
  test.faults.full = false;
});
