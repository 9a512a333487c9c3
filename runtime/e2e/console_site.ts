/**
 * Test support: a node for the console to show, and tests that look at it.
 *
 * @module
 */
import { browserObstacle } from "./test_browser.ts";
import { freePort } from "./free_port.ts";
import { ledgerSkill } from "./ledger.ts";
import { Site } from "./site.ts";

const obstacle = await browserObstacle();

/** A request that failed, or was refused, as the browser's console tells it. */
export const REQUEST_FAILED = /^Failed to load resource: /;

/** Registers a test that looks at the console. Where there is no browser it is ignored, with the reason in its name. */
export function consoleTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: obstacle === null ? name : `${name} (passed over: ${obstacle})`,
    ignore: obstacle !== null,
    fn,
  });
}

/** A place with two risky skills and one that takes a minute, and a node of it always at the same address. */
export async function riskySite(env: Readonly<Record<string, string>> = {}): Promise<Site> {
  return await Site.create({
    env: { SYNAPSE_PORT: String(freePort()), ...env },
    skills: (root) => ({
      "wire.ts": ledgerSkill(root, { name: "wire_money", idempotent: false, risk: 3 }),
      "mail.ts": ledgerSkill(root, { name: "send_mail", idempotent: false, risk: 3 }),
      "dig.ts": ledgerSkill(root, { name: "dig", idempotent: false, ms: 60_000 }),
    }),
  });
}

/** The host of an address, with its port. */
export const hostOf = (url: string): string => new URL(url).host;
