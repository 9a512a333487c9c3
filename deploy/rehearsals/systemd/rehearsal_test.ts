import assert from "node:assert/strict";
import { obstacle, rehearse } from "./rehearsal.ts";

const reason = await obstacle();
const here = reason === null ? "" : ` (not here: ${reason})`;

Deno.test({
  name: `a node under a real systemd is installed, killed, frozen, stopped and taken away${here}`,
  ignore: reason !== null,
  fn: async () => {
    assert.equal(await rehearse("short", console.log), 16);
  },
});
