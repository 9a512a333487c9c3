import assert from "node:assert/strict";
import { ahead, backupName, isBackupName, outdated } from "./retention.ts";

const DAY = 24 * 3600 * 1000;
const NOW = Date.UTC(2026, 1, 10, 12);

/** Backups of so many days ago. */
const aged = (...days: number[]) => days.map((one) => backupName(NOW - one * DAY));

Deno.test("backupName() gives names that sort by time, and isBackupName() knows them", () => {
  assert.equal(
    backupName(Date.UTC(2026, 0, 31, 23, 59, 59, 123)),
    "synapse-20260131T235959.123Z",
  );
  assert.ok(isBackupName(backupName(0)));
  for (const name of ["photos", `${backupName(0)}.partial`, ".lock"]) {
    assert.equal(isBackupName(name), false);
  }
});

Deno.test("outdated() keeps the newest, or the young, or what either says", () => {
  const names = aged(0, 1, 2, 3, 8, 9);
  const cases = [
    [{ keep: null, keep_days: null }, []],
    [{ keep: 2, keep_days: null }, aged(9, 8, 3, 2)],
    [{ keep: null, keep_days: 3 }, aged(9, 8)],
    [{ keep: 5, keep_days: 3 }, aged(9)],
    [{ keep: 1, keep_days: 3 }, aged(9, 8)],
    [{ keep: 99, keep_days: null }, []],
  ] as const;
  for (const [retention, wanted] of cases) {
    assert.deepEqual(outdated(names.toReversed(), retention, NOW), wanted);
  }
});

Deno.test("outdated() never lets the newest go, however old", () => {
  assert.deepEqual(outdated(aged(400, 500), { keep: null, keep_days: 7 }, NOW), aged(500));
});

Deno.test("outdated() does not count what is named for the future, and ahead() tells of it", () => {
  const names = aged(-30, -2, 0, 1, 2);
  assert.deepEqual(outdated(names, { keep: 2, keep_days: null }, NOW), aged(2));
  assert.deepEqual(outdated(names, { keep: 1, keep_days: null }, NOW), aged(2, 1));
  assert.deepEqual(ahead(names, NOW), aged(-2, -30));
  assert.deepEqual(ahead(aged(0, 1), NOW), []);
});
