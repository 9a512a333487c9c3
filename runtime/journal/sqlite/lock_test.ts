import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { SynapseError } from "../../errors.ts";
import { JournalUnavailable } from "../port.ts";
import { lockHolder, takeLock } from "./lock.ts";
import { journalFolder } from "./test_journal.ts";

const WAY_OUT =
  "stop it, or name another place in DATABASE_URL if that is set, else in SYNAPSE_DATA_DIR";

/** Asserts that a lock is refused because of the one who has it. */
async function assertInUse(path: string, by: string, pid: string | null): Promise<void> {
  await assert.rejects(takeLock(path), (error: unknown) => {
    assert.ok(error instanceof SynapseError && error.code === "journal_in_use", String(error));
    assert.equal(error.message, `Journal ${path} is in use by ${by}: ${WAY_OUT}`);
    assert.deepEqual(error.data, { pid });
    return true;
  });
}

Deno.test("takeLock() names who has the lock, as far as that has said it", async () => {
  await using folder = await journalFolder();
  assert.equal(await lockHolder(folder.path), null);
  const lock = await takeLock(folder.path);
  const pid = String(Deno.pid);
  assert.deepEqual(await lockHolder(folder.path), { pid });
  await assertInUse(folder.path, `process ${pid}`, pid);
  await Deno.writeTextFile(`${folder.path}.lock`, "");
  await assertInUse(folder.path, "another process", null);
  lock.close();
  assert.equal(await lockHolder(folder.path), null);
  (await takeLock(folder.path)).close();
});

Deno.test("takeLock() and lockHolder() take nobody who only looks for a holder", async () => {
  await using folder = await journalFolder();
  (await takeLock(folder.path)).close();
  using look = await Deno.open(`${folder.path}.lock`);
  assert.ok(await look.tryLock(false));
  assert.equal(await lockHolder(folder.path), null);
  // By then it has been refused once.
  const lookEnds = systemClock.sleep(5).then(() => look.unlock());
  const [lock] = await Promise.all([takeLock(folder.path), lookEnds]);
  lock.close();
});

Deno.test("takeLock() says in its own words why the lock's file cannot be used", async () => {
  await using folder = await journalFolder();
  await Deno.mkdir(`${folder.path}.lock`);
  const says = (reason: string) => (error: unknown) => {
    assert.ok(error instanceof JournalUnavailable && error.rolled_back, String(error));
    assert.equal(error.message, `Journal lock ${folder.path}.lock cannot be used: ${reason}`);
    return true;
  };
  await assert.rejects(takeLock(folder.path), says("it is a folder"));
  await Deno.remove(`${folder.path}.lock`);
  await Deno.symlink(`${folder.path}.lock`, `${folder.path}.lock`);
  await assert.rejects(takeLock(folder.path), says("its links lead in a circle"));
  await assert.rejects(lockHolder(folder.path), says("its links lead in a circle"));
});

/** Runs a script as root without root's right to pass over the rights of files. */
const asOrdinary = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"];
const canDropRights = Deno.uid() === 0 && await new Deno.Command(asOrdinary[0] ?? "", {
  args: [...asOrdinary.slice(1), "true"],
  stderr: "null",
}).output().then(({ success }) => success, () => false);

Deno.test({
  name: "takeLock() names who has a lock that may only be read" +
    (canDropRights ? "" : " (passed over: dropping rights takes root and setpriv)"),
  ignore: !canDropRights,
  fn: async () => {
    await using folder = await journalFolder();
    const script = `import { takeLock } from ${JSON.stringify(import.meta.resolve("./lock.ts"))};
      await takeLock(${JSON.stringify(folder.path)}).catch(({ message }) => console.log(message));`;
    const refused = async () => {
      const args = [...asOrdinary.slice(1), Deno.execPath(), "eval", script];
      const { stdout } = await new Deno.Command(asOrdinary[0] ?? "", { args }).output();
      return new TextDecoder().decode(stdout).trim();
    };
    const lock = await takeLock(folder.path);
    await Deno.chmod(`${folder.path}.lock`, 0o444);
    const held = `Journal ${folder.path} is in use by process ${Deno.pid}: ${WAY_OUT}`;
    assert.equal(await refused(), held);
    lock.close();
    const reason = "cannot be used: permission denied";
    assert.equal(await refused(), `Journal lock ${folder.path}.lock ${reason}`);
  },
});
