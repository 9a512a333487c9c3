/**
 * What a rehearsal expects of the alerts, and what came of it.
 *
 * @module
 */

/** An alert as Prometheus tells of it. */
export interface ActiveAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

/** An alert that a cause is to make fire. */
export interface ExpectedAlert {
  readonly name: string;
  /** Labels that it has besides others. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What came of one expectation. */
export interface Outcome {
  readonly cause: string;
  readonly expected: ExpectedAlert;
  /** Whether it fired when its cause was not there yet. */
  readonly early: boolean;
  /** Milliseconds from the cause to the alert; null: it did not fire. */
  readonly fired_ms: number | null;
  /** Milliseconds from the end of the cause to that of the alert; null: it did not end. */
  readonly ended_ms: number | null;
  /** Why nobody waited for its end; null: somebody did. */
  readonly endless: string | null;
}

/** Whether that alert fires. */
export function fires(active: readonly ActiveAlert[], expected: ExpectedAlert): boolean {
  const wanted = Object.entries(expected.labels ?? {});
  return active.some(({ name, labels, state }) =>
    state === "firing" && name === expected.name &&
    wanted.every(([label, value]) => labels[label] === value)
  );
}

/** `DependencyDown{job=redis}`. */
export function alertText({ name, labels = {} }: ExpectedAlert): string {
  const list = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return list.length === 0 ? name : `${name}{${list.join(", ")}}`;
}

/** Whether everything was as expected. */
export function isFine({ early, fired_ms, ended_ms, endless }: Outcome): boolean {
  return !early && fired_ms !== null && (endless !== null || ended_ms !== null);
}

/** One line for people. */
export function outcomeLine(outcome: Outcome): string {
  const { cause, expected, early, fired_ms, ended_ms, endless } = outcome;
  const fired = early
    ? "fired before its cause was there"
    : fired_ms === null
    ? "did not fire"
    : `fired after ${seconds(fired_ms)}`;
  const ended = fired_ms === null
    ? ""
    : endless !== null
    ? `; end not awaited: ${endless}`
    : ended_ms === null
    ? "; did not end"
    : `, ended after ${seconds(ended_ms)}`;
  const mark = isFine(outcome) ? "ok    " : "FAILED";
  return `${mark} ${alertText(expected)}: ${cause}: ${fired}${ended}`;
}

/** The alerts of the rules that were not seen firing for their cause. */
export function unseen(alerts: readonly string[], outcomes: readonly Outcome[]): string[] {
  const seen = new Set(outcomes.filter(isFine).map(({ expected }) => expected.name));
  return alerts.filter((alert) => !seen.has(alert));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
