/**
 * What Compose makes of our files.
 *
 * @module
 */
import { runCheck } from "../../check/check.ts";
import { composeChecks } from "../../check/compose.ts";
import type { Checklist } from "../checklist.ts";
import { require } from "../rehearsal_error.ts";
import type { Stack } from "./stack.ts";

/** As a part of Docker; the gate may have an older one, and shows it the same. */
const COMPOSE = { words: ["docker", "compose"], env: {} } as const;

/** Has it read both stacks, what it is to refuse, and the stack of this rehearsal. */
export async function checkConfig(list: Checklist, stack: Stack): Promise<void> {
  for (const check of composeChecks()) {
    await list.step(`docker compose config: ${check.name}`, async () => {
      const fault = await runCheck(check, COMPOSE);
      require(fault === null, fault ?? "");
    });
  }
  await list.step("docker compose config: the stack of this rehearsal", async () => {
    await stack.run(["config", "--quiet"]);
  });
}
