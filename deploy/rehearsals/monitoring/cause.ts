/**
 * A cause of alerts, and how it is tried.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import type { Stage } from "./stage.ts";
import { type ExpectedAlert, fires, type Outcome } from "./verdict.ts";

/** Something that goes wrong. */
export interface Cause {
  /** For people, as a sentence without a final stop. */
  readonly what: string;
  /** What it makes fire. */
  readonly alerts: readonly ExpectedAlert[];
  /** Why nobody waits until the alerts have ended; null: they end soon after the cause. */
  readonly endless: string | null;
  /** Lets it go wrong; what it returns ends that. */
  begin(stage: Stage): Promise<() => Promise<void>>;
}

/** A cause that is there. */
export interface Begun {
  /** Waits until its alerts fire, ends it, and waits until they have ended. */
  finish(): Promise<readonly Outcome[]>;
}

/** How long to wait for an alert, in milliseconds: the longest `for` is two minutes here. */
const FIRE_MS_MAX = 180_000;

/** How long to wait for its end, in milliseconds. */
const END_MS_MAX = 60_000;

/** Between two looks, in milliseconds. */
const LOOK_MS = 200;

/** Lets it go wrong. */
export async function begin(cause: Cause, stage: Stage): Promise<Begun> {
  const { alerts, what, endless } = cause;
  // What an earlier cause left has its time to end.
  await times(stage, alerts, { wanted: false, start: 0, ms_max: END_MS_MAX });
  const before = await stage.prometheus.alerts();
  const start = systemClock.monotonic();
  const end = await cause.begin(stage);
  // Watched from now on, however late somebody asks.
  const firing = times(stage, alerts, { wanted: true, start, ms_max: FIRE_MS_MAX });
  return {
    async finish() {
      const fired = await firing;
      const ending = systemClock.monotonic();
      await end();
      const options = { wanted: false, start: ending, ms_max: END_MS_MAX };
      const ended = endless === null ? await times(stage, alerts, options) : [];
      return alerts.map((expected, i) => ({
        cause: what,
        expected,
        early: fires(before, expected),
        fired_ms: fired[i] ?? null,
        ended_ms: ended[i] ?? null,
        endless,
      }));
    },
  };
}

/** Milliseconds until each alert fires, or does not; null for those that take too long. */
async function times(
  { prometheus }: Stage,
  alerts: readonly ExpectedAlert[],
  { wanted, start, ms_max }: {
    readonly wanted: boolean;
    readonly start: number;
    readonly ms_max: number;
  },
): Promise<(number | null)[]> {
  const found: (number | null)[] = alerts.map(() => null);
  const until = systemClock.monotonic() + ms_max;
  while (found.includes(null) && systemClock.monotonic() < until) {
    const active = await prometheus.alerts();
    const now = systemClock.monotonic();
    for (const [i, expected] of alerts.entries()) {
      if (fires(active, expected) === wanted) found[i] ??= now - start;
    }
    await systemClock.sleep(LOOK_MS);
  }
  return found;
}
