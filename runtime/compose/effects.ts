/**
 * Who carries out which effects of sessions.
 *
 * @module
 */
import type { Config } from "../config.ts";
import type { Clock } from "../clock.ts";
import type { EffectHandlers } from "../engine/effect_handler.ts";
import type { Engine } from "../engine/port.ts";
import type { Journal } from "../journal/port.ts";
import { createModelEffects } from "../llm/model_effect.ts";
import type { ModelRouter } from "../llm/router.ts";
import { createMemoryEffects } from "../memory/memory_effects.ts";
import type { Memory } from "../memory/port.ts";
import type { TextMask } from "../redaction.ts";
import type { Skills } from "../sandbox/port.ts";
import { createSkillEffect } from "../sandbox/skill_effect.ts";
import { tracer } from "../telemetry/traces.ts";
import { createLookupEffects } from "./lookup_effects.ts";

/** What the handlers are made of. */
export interface EffectParts {
  readonly clock: Clock;
  readonly journal: Journal;
  /** The engine that they are for. */
  readonly engine: Pick<Engine, "submit">;
  readonly router: ModelRouter;
  readonly skills: Skills;
  readonly memory: Memory | null;
  readonly mask: TextMask;
}

/** All handlers, by kind of effect. */
export function composeEffects(config: Config, parts: EffectParts): EffectHandlers {
  const { limits } = config;
  const dense = config.memory !== null && config.memory.embeddings !== null;
  return {
    ...createModelEffects({ ...parts, limits }),
    ...createLookupEffects({ ...parts, limits }),
    ...createMemoryEffects({ ...parts, dense }),
    skill: createSkillEffect({ ...parts, tracer: tracer("synapse.skills") }),
  };
}
