/**
 * Structured log lines: JSON for machines, or readable for people. They go to the standard error, so
 * that what a command prints on the standard output can be read by other programs.
 *
 * @module
 */
import pino from "pino";
import { prettyFactory } from "pino-pretty";
import { type Clock, systemClock } from "../clock.ts";
import { loggable } from "./loggable.ts";
import type { LogFields, Logger } from "./port.ts";

/** How log lines are made and where they go. */
export interface LogOptions {
  /** The least severe lines that are written. */
  readonly level: "debug" | "info" | "warn" | "error";
  readonly format: "json" | "pretty";
  /** Takes each line, its line break included. */
  readonly write: (line: string) => void;
  /** Whether pretty lines have colors; none unless said. */
  readonly color?: boolean;
  readonly clock?: Clock;
}

/**
 * A logger. Secrets in fields are masked by name and form, see `redaction.ts`; errors are written with
 * their code and causes. It never throws.
 */
export function createLogger(options: LogOptions): Logger {
  const { level, format, color = false, clock = systemClock } = options;
  const write = format === "json" ? options.write : prettyWriter(options.write, color);
  const lines = pino(
    {
      level,
      base: null,
      messageKey: "message",
      errorKey: "err",
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are plain data by the time pino sees them.
      serializers: { err: (value) => value },
    },
    { write },
  );
  return wrap(lines);
}

/** The standard error of this process, as options of {@link createLogger}. */
export function stderrSink(): Pick<LogOptions, "write" | "color"> {
  const encoder = new TextEncoder();
  return {
    color: Deno.stderr.isTerminal() && !Deno.noColor,
    write: (line) => {
      try {
        for (let rest = encoder.encode(line); rest.length > 0;) {
          rest = rest.subarray(Deno.stderr.writeSync(rest));
        }
      } catch {
        // Nobody reads the log any more: no reason for a node to stop serving.
      }
    },
  };
}

function wrap(lines: pino.Logger): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error") => (fields: LogFields, message: string) => {
      if (lines.isLevelEnabled(level)) lines[level](loggable(fields), message);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => wrap(lines.child(loggable(fields))),
  };
}

function prettyWriter(write: (line: string) => void, color: boolean): (line: string) => void {
  const pretty = prettyFactory({
    colorize: color,
    messageKey: "message",
    errorLikeObjectKeys: ["err"],
    translateTime: "SYS:HH:MM:ss.l",
    singleLine: true,
  });
  return (line) => write(pretty(line));
}
