import assert from "node:assert/strict";
import type { Server } from "../../../.ci/services/server.ts";
import { hasty, remember200 } from "../test_turns.ts";
import { UnsteadyMemory } from "../unsteady.ts";
import { openQdrantMemory } from "./open.ts";
import { PROGRAM_VARIABLE, startQdrant } from "./test_program.ts";
import { testOptions } from "./test_server.ts";

const program = Deno.env.get(PROGRAM_VARIABLE);
const passedOver = program === undefined ? ` (passed over: ${PROGRAM_VARIABLE} is not set)` : "";

/** How a server goes away and comes back. */
type Absence = Readonly<Record<"begin" | "end", (server: Server) => Promise<void>>>;

const ABSENCES: Readonly<Record<string, Absence>> = {
  "killed in the middle of writing and started again": {
    begin: (server) => server.kill(),
    end: (server) => server.start(),
  },
  // What it was sent it carries out afterwards, when others have long been waiting for nothing.
  "stopped by SIGSTOP in the middle of writing and resumed": {
    begin: (server) => server.pause(),
    end: (server) => server.resume(),
  },
};

for (const [how, { begin, end }] of Object.entries(ABSENCES)) {
  Deno.test({
    name: `200 turns that remember something, Qdrant ${how}: 200 points, none twice, ` +
      `no turn failed${passedOver}`,
    ignore: program === undefined,
    async fn() {
      await using server = await startQdrant(program!);
      const bounds = { deadline_ms: 1000 };
      await using index = openQdrantMemory(testOptions(server.url, { bounds }));
      await index.check();
      const memory = new UnsteadyMemory(index);
      const outcomes = await remember200({
        memory,
        // Not more: the server's own time does not pass faster.
        clock: hasty(20),
        begin: () => begin(server),
        end: () => end(server),
      });
      // An item whose answer was lost is known when it is given again; how many these are is chance.
      const { stored = 0, known = 0, ...rest } = outcomes;
      assert.deepEqual([stored + known, known >= 1, rest], [200, true, {}]);
    },
  });
}
