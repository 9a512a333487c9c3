/**
 * The rehearsal: everything that an alert is for goes wrong, one thing after the other.
 *
 * @module
 */
import { readAlerts } from "../../prometheus/expressions.ts";
import { readHere } from "../../prometheus/shipped_files.ts";
import { programObstacle, type ProgramPackages } from "../programs.ts";
import { require } from "../rehearsal_error.ts";
import { begin, type Begun, type Cause } from "./cause.ts";
import { memoryObstacle } from "./limited_node.ts";
import { MODEL_CAUSES } from "./model_causes.ts";
import { NODE_CONFINED, NODE_KILLED, NODE_RESTLESS } from "./node_causes.ts";
import { emptyPanels } from "./panels.ts";
import {
  EVENTS_LOCKED,
  EXPORTERS_KILLED,
  POSTGRES_SLOW,
  POSTGRES_STOPPED,
  REDIS_STOPPED,
} from "./service_causes.ts";
import { type Stage, startStage } from "./stage.ts";
import { isFine, type Outcome, outcomeLine, unseen } from "./verdict.ts";
import { DEAD_LETTER, PATIENT_CAUSES } from "./waiting_causes.ts";

/** What it needs besides the servers of the tests. */
export const PROGRAMS: ProgramPackages = Object.fromEntries(
  ["prometheus", "prometheus-postgres-exporter", "prometheus-redis-exporter"].map((name) => [
    name,
    name,
  ]),
);

/** While the patient ones wait. None of these keeps the nodes from the journal. */
const MEANWHILE = [
  DEAD_LETTER,
  NODE_KILLED,
  NODE_CONFINED,
  NODE_RESTLESS,
  REDIS_STOPPED,
  EXPORTERS_KILLED,
];

/** Afterwards: scrapes may fail here, and a `for` begins anew. */
const LAST = [POSTGRES_SLOW, EVENTS_LOCKED, POSTGRES_STOPPED];

/** One thing after the other. */
async function letAllGoWrong(stage: Stage, tell: (outcome: Outcome) => void): Promise<void> {
  const finish = async (begun: Begun) => (await begun.finish()).forEach(tell);
  const beginAll = (causes: readonly Cause[]) =>
    Promise.all(causes.map((cause) => begin(cause, stage)));
  const patient = await beginAll(PATIENT_CAUSES);
  await Promise.all((await beginAll(MODEL_CAUSES)).map(finish));
  for (const cause of MEANWHILE) await finish(await begin(cause, stage));
  await Promise.all(patient.map(finish));
  for (const cause of LAST) await finish(await begin(cause, stage));
}

/** Why it cannot take place on this machine; null if it can. */
export async function obstacle(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "it needs root, who alone can limit a node's memory";
  return await programObstacle(PROGRAMS) ?? await memoryObstacle();
}

/**
 * Carries it out.
 *
 * @param print takes a line
 * @returns how many alerts were seen firing, each for its cause: all of the file
 * @throws {RehearsalError} naming the alerts that were not, and panels that show nothing
 */
export async function rehearse(print: (line: string) => void): Promise<number> {
  const alerts = readAlerts(await readHere("alerts.yml")).map(({ alert }) => alert);
  const outcomes: Outcome[] = [];
  await using stage = await startStage();
  await letAllGoWrong(stage, (outcome) => {
    outcomes.push(outcome);
    print(outcomeLine(outcome));
  });
  const { asked, empty } = await emptyPanels(stage.prometheus);
  const faults = [
    ...outcomes.filter((outcome) => !isFine(outcome)).map(outcomeLine),
    ...unseen(alerts, outcomes).map((alert) => `${alert} was not seen firing for its cause`),
    ...empty.map((panel) => `A panel shows nothing: ${panel}`),
  ];
  require(faults.length === 0, faults.join("\n"));
  print(`ok     ${asked} expressions of panels show something`);
  return alerts.length;
}
