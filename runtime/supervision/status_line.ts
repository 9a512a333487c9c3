/**
 * How a node is, in one line: what `systemctl status` shows.
 *
 * @module
 */
import type { HealthReport } from "../edge/health_report.ts";

const WORDS = { ready: "Ready", degraded: "Degraded", not_ready: "Not ready" } as const;

/** The line: the state, where the node listens, and whatever is not as it should be. */
export function statusLine({ status, checks }: HealthReport, api_url: string): string {
  const troubles = Object.entries(checks)
    .filter(([, check]) => check.status !== "ok")
    .map(([name, check]) => `${name}: ${check.detail ?? check.status}`);
  return [`${WORDS[status]} at ${api_url}`, ...troubles].join("; ");
}
