/**
 * `deno task rehearse:monitoring`: a real Prometheus, with the shipped rules, watches real nodes while
 * everything that an alert is for goes wrong, one thing after the other. Ends with 1 unless each alert
 * fired for its cause, and ended after it.
 *
 * Time runs thirty times as fast for Prometheus: see `monitoring/faster.ts`. Needs root (it limits a
 * node's memory), Postgres with its client programs, Redis, and of Debian
 * `prometheus prometheus-postgres-exporter prometheus-redis-exporter`.
 *
 * @module
 */
import { systemClock } from "../../runtime/clock.ts";
import { readAlerts } from "../prometheus/expressions.ts";
import { readHere } from "../prometheus/shipped_files.ts";
import { begin, type Begun, type Cause } from "./monitoring/cause.ts";
import { MODEL_CAUSES } from "./monitoring/model_causes.ts";
import { NODE_CONFINED, NODE_KILLED, NODE_RESTLESS } from "./monitoring/node_causes.ts";
import { emptyPanels } from "./monitoring/panels.ts";
import {
  EVENTS_LOCKED,
  POSTGRES_SLOW,
  POSTGRES_STOPPED,
  REDIS_STOPPED,
} from "./monitoring/service_causes.ts";
import { type Stage, startStage } from "./monitoring/stage.ts";
import { isFine, type Outcome, outcomeLine, unseen } from "./monitoring/verdict.ts";
import { DEAD_LETTER, PATIENT_CAUSES } from "./monitoring/waiting_causes.ts";
import { requirePrograms } from "./programs.ts";
import { RehearsalError } from "./rehearsal_error.ts";

/** Each with its package. */
const PROGRAMS = Object.fromEntries(
  ["prometheus", "prometheus-postgres-exporter", "prometheus-redis-exporter"].map((name) => [
    name,
    name,
  ]),
);

/** While the patient ones wait. None of these keeps the nodes from the journal. */
const MEANWHILE = [DEAD_LETTER, NODE_KILLED, NODE_CONFINED, NODE_RESTLESS, REDIS_STOPPED];

/** Afterwards: scrapes may fail here, and a `for` begins anew. */
const LAST = [POSTGRES_SLOW, EVENTS_LOCKED, POSTGRES_STOPPED];

/** Lets everything go wrong. */
async function rehearse(stage: Stage, tell: (outcome: Outcome) => void): Promise<void> {
  const finish = async (begun: Begun) => (await begun.finish()).forEach(tell);
  const beginAll = (causes: readonly Cause[]) =>
    Promise.all(causes.map((cause) => begin(cause, stage)));
  const patient = await beginAll(PATIENT_CAUSES);
  await Promise.all((await beginAll(MODEL_CAUSES)).map(finish));
  for (const cause of MEANWHILE) await finish(await begin(cause, stage));
  await Promise.all(patient.map(finish));
  for (const cause of LAST) await finish(await begin(cause, stage));
}

async function main(): Promise<boolean> {
  await requirePrograms(PROGRAMS);
  const start = systemClock.monotonic();
  const alerts = readAlerts(await readHere("alerts.yml")).map(({ alert }) => alert);
  const outcomes: Outcome[] = [];
  await using stage = await startStage();
  await rehearse(stage, (outcome) => {
    outcomes.push(outcome);
    console.log(outcomeLine(outcome));
  });
  const { asked, empty } = await emptyPanels(stage.prometheus);
  const lacking = unseen(alerts, outcomes);
  for (const panel of empty) console.log(`FAILED A panel shows nothing: ${panel}`);
  for (const alert of lacking) console.log(`FAILED ${alert} was not seen firing for its cause`);
  const seconds = Math.round((systemClock.monotonic() - start) / 1000);
  const failed = outcomes.filter((outcome) => !isFine(outcome)).length;
  console.log(
    `${alerts.length - lacking.length} of ${alerts.length} alerts seen firing, ` +
      `${asked - empty.length} of ${asked} expressions of panels show something, ` +
      `${failed} expectations failed; ${seconds} s`,
  );
  return lacking.length + empty.length + failed === 0;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}
