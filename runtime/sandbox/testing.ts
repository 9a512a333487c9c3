/**
 * What tests of the sandbox need: a log and metrics that can be read, and the command of a host.
 *
 * @module
 */
import type { LogFields, Logger } from "../telemetry/port.ts";
import { type HostCommand, hostCommand } from "./host_command.ts";

/** A line of a {@link recordingLogger}. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export function recordingLogger(lines: LogLine[] = [], always: LogFields = {}): Logger {
  const keep = (level: LogLine["level"]) => (fields: LogFields, message: string) =>
    void lines.push({ level, message, fields: { ...always, ...fields } });
  return {
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    child: (fields) => recordingLogger(lines, { ...always, ...fields }),
  };
}

/** A host that is started from the sources of this folder, by a program with nothing else in it. */
export function testHostCommand(env: Readonly<Record<string, string>>): HostCommand {
  return hostCommand(env, new URL("testdata/host_main.ts", import.meta.url).href);
}
