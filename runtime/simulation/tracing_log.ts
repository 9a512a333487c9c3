/**
 * What simulated nodes log goes into the trace, and what no fault explains is a defect.
 *
 * @module
 */
import { InvariantBroken } from "../../actors/invariant.ts";
import { SynapseError } from "../errors.ts";
import type { LogFields, Logger } from "../telemetry/port.ts";
import type { Trace } from "./trace.ts";

/** An error that no fault explains. */
export interface Defect {
  readonly by: string;
  readonly message: string;
}

/** What the ledgers throw because they were asked to. */
const ASKED_FOR = /The ledger (was asked to throw|can stand how the job ended)/;

/** Makes the logger of a process. */
export function createTracingLog(
  who: string,
  trace: Trace,
  onDefect: (defect: Defect) => void,
): Logger {
  const note = (fields: LogFields, message: string) => {
    const { err } = fields;
    trace.note(who, err === undefined ? message : `${message}: ${err}`);
    if (isDefect(err)) onDefect({ by: who, message: `${message}: ${err}` });
  };
  const log: Logger = {
    debug: () => {},
    info: () => {},
    warn: note,
    error: note,
    child: () => log,
  };
  return log;
}

function isDefect(error: unknown): boolean {
  if (error === undefined || error instanceof SynapseError) return false;
  return !(error instanceof InvariantBroken && ASKED_FOR.test(error.message));
}
