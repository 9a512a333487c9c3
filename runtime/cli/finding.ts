/**
 * What a check of the surroundings found.
 *
 * @module
 */

/** One line of `synapse doctor`. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** `warning`: works, but look at it. `fault`: a node will not work, or not as configured. */
  readonly status: "ok" | "warning" | "fault";
  readonly detail: string;
  /** How to mend it; null when there is nothing to mend. */
  readonly mend: string | null;
}

/** All is well. */
export function ok(check: string, detail: string): Finding {
  return { check, status: "ok", detail, mend: null };
}

/** It works, but somebody should look at it. */
export function warning(check: string, detail: string, mend: string): Finding {
  return { check, status: "warning", detail, mend };
}

/** It does not work. */
export function fault(check: string, detail: string, mend: string): Finding {
  return { check, status: "fault", detail, mend };
}
