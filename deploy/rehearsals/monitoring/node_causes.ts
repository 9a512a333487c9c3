/**
 * What goes wrong with a node.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import type { Cause } from "./cause.ts";
import { startLimitedNode } from "./limited_node.ts";
import { repeat } from "./repeat.ts";
import { isWhole } from "./stage.ts";

/** How long the restless node is away: longer than its lease; and how long it is there. Milliseconds. */
const [AWAY_MS, THERE_MS] = [3500, 2500];

/** What the confined node may use, by what it uses when it has just started. */
const CONFINEMENT = 1.05;

/** One node is killed, and comes back. */
export const NODE_KILLED: Cause = {
  what: "A node is killed (and started again)",
  alerts: [{ name: "SynapseDown" }],
  endless: null,
  async begin(stage) {
    const [, node] = stage.members;
    await node.process.kill();
    return async () => {
      await node.start();
      await isWhole(stage);
    };
  },
};

/** One node comes and goes. */
export const NODE_RESTLESS: Cause = {
  what: "A node is killed again and again, as one is that does not have enough memory",
  alerts: [{ name: "LeaseChurn" }],
  endless: null,
  begin(stage) {
    const [, node] = stage.members;
    const stop = repeat(async () => {
      await node.process.kill();
      await systemClock.sleep(AWAY_MS);
      await node.start();
    }, THERE_MS);
    return Promise.resolve(async () => {
      await stop();
      await isWhole(stage);
    });
  },
};

/** One node has little memory. */
export const NODE_CONFINED: Cause = {
  what: "A node may use hardly more memory than it needs",
  alerts: [{ name: "HighMemoryUsage" }],
  endless: null,
  async begin(stage) {
    const [, node] = stage.members;
    await node.process.terminate();
    await node.start();
    const needed = await node.figure("synapse_memory_usage_bytes");
    await node.process.terminate();
    const confined = await startLimitedNode(stage, node, Math.round(needed * CONFINEMENT));
    return async () => {
      await confined[Symbol.asyncDispose]();
      await node.start();
      await isWhole(stage);
    };
  },
};
