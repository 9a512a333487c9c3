/**
 * The configuration as it may be shown.
 *
 * @module
 */
import { redact } from "../redaction.ts";
import type { Config } from "./config_type.ts";

/** A plain copy of the configuration in which every secret that is set is masked. */
export function describeConfig(config: Config): Record<string, unknown> {
  return redact(config) as Record<string, unknown>;
}
