import assert from "node:assert/strict";
import { InstallMachine } from "./install_machine.ts";

const NODES = ["synapse@n1.service", "synapse@n2.service"];

/** Kills the script after its first change, its second and so on, until it comes to its end. */
async function killedAtEachStep(
  machine: InstallMachine,
  prepare: (step: number) => Promise<readonly string[]>,
  afterwards: (args: readonly string[], step: number) => Promise<void>,
): Promise<void> {
  for (let step = 1; step < 100; step++) {
    const args = await prepare(step);
    const killed = await machine.runSo({ signal: "KILL", step }, ...args);
    if (killed.code !== 128 + 9) {
      // All of a switch of two nodes: links, units, restarts.
      assert.ok(step > 10, `${step}: ${killed.stderr}`);
      return;
    }
    await afterwards(args, step);
  }
  assert.fail("it does not come to its end");
}

/** With version 1.0.0 and then 2.0.0 installed, whose unit is another one. */
async function upgraded(): Promise<{ machine: InstallMachine; units: Record<string, string> }> {
  const machine = await InstallMachine.installed(...NODES);
  const first = await machine.unit();
  const done = await machine.run("upgrade", await machine.program({ version: "2.0.0" }));
  assert.equal(done.code, 0, done.stderr);
  return { machine, units: { "1.0.0": first, "2.0.0": await machine.alterUnit() } };
}

/** That this is what is installed, what the nodes were started with, and the unit that systemd has. */
async function assertAt(machine: InstallMachine, version: string, unit: string, where: string) {
  const nodes = Object.fromEntries(NODES.map((node) => [node, version]));
  assert.deepEqual(
    [await machine.installed(), await machine.nodes(), await machine.unit()],
    [version, nodes, unit],
    where,
  );
}

Deno.test("a rollback that was killed anywhere is gone on with, and loses no program", async () => {
  const { machine, units } = await upgraded();
  await using _ = machine;
  // Each time back to the other of the two.
  let [goal, before] = ["1.0.0", "2.0.0"];
  await killedAtEachStep(machine, () => Promise.resolve(["rollback"]), async (args, step) => {
    const where = `killed after change ${step}`;
    // Otherwise it had done all that there is to do.
    if (step === 1 || await machine.isUnfinished()) {
      assert.equal((await machine.run(...args)).code, 0, where);
    }
    await assertAt(machine, goal, units[goal]!, where);
    assert.equal(await machine.previous(), before, where);
    [goal, before] = [before, goal];
  });
});

Deno.test("a rollback that was killed anywhere can be taken back by an upgrade", async () => {
  const { machine, units } = await upgraded();
  await using _ = machine;
  const program = await machine.program({ version: "2.0.0" });
  const rollback = async () => {
    await machine.alterUnit();
    return ["rollback"];
  };
  await killedAtEachStep(machine, rollback, async (_, step) => {
    const where = `killed after change ${step}`;
    assert.equal((await machine.run("upgrade", program)).code, 0, where);
    assert.equal(await machine.previous(), "1.0.0", where);
    // The first change alone begins nothing, and then there is nothing to do.
    if (step > 1) await assertAt(machine, "2.0.0", units["1.0.0"]!, where);
  });
});

Deno.test("an upgrade that was killed anywhere is gone on with by the same one", async () => {
  const { machine, units } = await upgraded();
  await using _ = machine;
  let before = "2.0.0";
  const next = async (step: number) => {
    await machine.alterUnit();
    return ["upgrade", await machine.program({ version: `3.0.${step}` })];
  };
  await killedAtEachStep(machine, next, async (args, step) => {
    const where = `killed after change ${step}`;
    assert.equal((await machine.run(...args)).code, 0, where);
    await assertAt(machine, `3.0.${step}`, units["1.0.0"]!, where);
    assert.equal(await machine.previous(), before, where);
    before = `3.0.${step}`;
  });
});

Deno.test("an upgrade that fails and was killed anywhere, also on the way back, is rolled back", async () => {
  const { machine, units } = await upgraded();
  await using _ = machine;
  const sick = async (step: number) => [
    "upgrade",
    await machine.program({ version: `3.0.${step}`, node: "not_ready" }),
  ];
  await killedAtEachStep(machine, sick, async (_, step) => {
    const where = `killed after change ${step}`;
    if (await machine.isUnfinished()) {
      assert.equal((await machine.run("rollback")).code, 0, where);
    }
    await assertAt(machine, "2.0.0", units["2.0.0"]!, where);
    assert.match(await machine.previous() ?? "none", /^(1\.0\.0|3\.0\.\d+)$/, where);
  });
});

Deno.test("of a rollback that was killed nothing is lost when the upgrade after it is killed, too", async () => {
  const { machine, units } = await upgraded();
  await using _ = machine;
  let [goal, before] = ["1.0.0", "2.0.0"];
  const next = async (step: number) => {
    // When the program was exchanged, and what was before not yet written down.
    assert.equal((await machine.runSo({ signal: "KILL", step: 6 }, "rollback")).code, 128 + 9);
    assert.deepEqual([await machine.installed(), await machine.previous()], [goal, goal]);
    return ["upgrade", await machine.program({ version: `3.0.${step}` })];
  };
  await killedAtEachStep(machine, next, async (_, step) => {
    const where = `killed after change ${step}`;
    const current = await machine.installed();
    assert.equal((await machine.run("rollback")).code, 0, where);
    await assertAt(machine, goal, units[goal]!, where);
    assert.equal(await machine.previous(), current === goal ? before : current, where);
    if (current === goal) {
      [goal, before] = [before, goal];
      return;
    }
    // Have the two again.
    const back = await machine.run("upgrade", await machine.program({ version: before }));
    assert.equal(back.code, 0, where);
    units[before] = await machine.alterUnit();
  });
});

Deno.test("an upgrade or a rollback that was killed is gone on with, once", async () => {
  await using machine = await InstallMachine.installed("synapse@n1.service", "synapse@n2.service");
  const next = await machine.program({ version: "2.0.0" });
  for (
    const [command, goal, before] of [
      [["upgrade", next], "2.0.0", "1.0.0"],
      [["rollback"], "1.0.0", "2.0.0"],
    ] as const
  ) {
    const killed = await machine.runSo({ signal: "KILL" }, ...command);
    assert.equal(killed.code, 128 + 9);
    assert.deepEqual(await machine.nodes(), {
      "synapse@n1.service": goal,
      "synapse@n2.service": before,
    });
    const done = await machine.run(...command);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /Going on/);
    assert.deepEqual([await machine.installed(), await machine.nodes()], [goal, {
      "synapse@n1.service": goal,
      "synapse@n2.service": goal,
    }]);
  }
  const again = await machine.run("upgrade", next);
  assert.deepEqual([again.code, again.calls.length], [0, 3]);
  const nothing = await machine.run("upgrade", next);
  assert.deepEqual([nothing.code, nothing.calls], [0, []]);
});

Deno.test("an upgrade that was killed and does not succeed in the end is rolled back", async () => {
  await using machine = await InstallMachine.installed("synapse@n1.service", "synapse@n2.service");
  const sick = await machine.program({ version: "2.0.0", node: "not_ready" });
  assert.equal((await machine.runSo({ signal: "KILL" }, "upgrade", sick)).code, 128 + 9);
  const failed = await machine.run("upgrade", sick);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /not ready with 2\.0\.0-\w+: rollback goes back/);
  const back = await machine.run("rollback");
  assert.equal(back.code, 0, back.stderr);
  assert.deepEqual(await machine.nodes(), {
    "synapse@n1.service": "1.0.0",
    "synapse@n2.service": "1.0.0",
  });
});
