/**
 * What goes wrong with models, and with the memory of agents.
 *
 * @module
 */
import type { Cause } from "./cause.ts";
import { holdTurns } from "./hold_turns.ts";
import { AGENTS } from "./stage.ts";

/** An answer of six seconds: two words, each after three. */
const SLOW_MESSAGE = "/tokens 2\n/slow 3000";

/** What is wrong with models and memory: all of it at once. */
export const MODEL_CAUSES: readonly Cause[] = [
  {
    what: "A model takes six seconds for each answer",
    alerts: [{ name: "LLMLatencyHigh", labels: { provider: "demo", model: AGENTS.slow } }],
    endless: null,
    begin: (stage) => holdTurns(stage, { agent: AGENTS.slow, message: SLOW_MESSAGE, sessions: 6 }),
  },
  {
    what: "A provider refuses the key, and every turn of its agents fails",
    alerts: [
      { name: "ModelUnavailable", labels: { provider: "refusing", model: AGENTS.refused } },
      { name: "HighErrorRate" },
    ],
    endless: null,
    begin: (stage) => holdTurns(stage, { agent: AGENTS.refused, message: "hello", sessions: 3 }),
  },
  {
    what: "Nobody listens any more where Qdrant should be",
    alerts: [
      { name: "DependencyDown", labels: { job: "qdrant" } },
      { name: "MemoryUnavailable" },
    ],
    endless: "there is no Qdrant here that could come back",
    async begin(stage) {
      await stage.qdrant.stop();
      return await holdTurns(stage, { agent: AGENTS.quick, message: "hello", sessions: 3 });
    },
  },
];
