import assert from "node:assert/strict";
import { systemClock } from "../../../runtime/clock.ts";
import { Checklist } from "../checklist.ts";
import { clusterFromBackup, fileFromBackup } from "./from_backup.ts";
import { clusterToMoment } from "./point_in_time.ts";

/** What each part looks at: a step that is left out is a fault, too. */
const PARTS = [
  ["a node with its journal in a file, from an encrypted backup", fileFromBackup, 8],
  ["three nodes, from an encrypted backup", clusterFromBackup, 8],
  ["three nodes, to a moment by the archived log", clusterToMoment, 7],
] as const;

for (const [what, rehearse, steps] of PARTS) {
  Deno.test(`recovery under load: ${what}`, async () => {
    const list = new Checklist(systemClock, console.log);
    await rehearse(list);
    assert.equal(list.done, steps);
  });
}
