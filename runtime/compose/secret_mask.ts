/**
 * The mask that a node's log lines and journaled faults go through.
 *
 * @module
 */
import type { Config } from "../config.ts";
import { createTextMask, secretsIn, type TextMask } from "../redaction.ts";

/** A mask for every secret that the configuration or a variable of the environment holds. */
export function secretMask(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): TextMask {
  return createTextMask(secretsIn({ config, env }));
}
