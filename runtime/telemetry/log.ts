/**
 * Structured log lines: JSON for machines, or readable for people. They go to the standard error, so
 * that what a command prints on the standard output can be read by other programs.
 *
 * @module
 */
import pino from "pino";
import { prettyFactory } from "pino-pretty";
import { type Clock, systemClock } from "../clock.ts";
import { redactText, type TextMask } from "../redaction.ts";
import { loggable } from "./loggable.ts";
import type { LogFields, Logger } from "./port.ts";
import { visible } from "./visible.ts";

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
  /** Masks messages and the texts in fields; by form alone unless given. */
  readonly mask?: TextMask;
}

/** Fields that pino-pretty writes as they are. The others it writes as JSON, errors indented. */
const BARE: ReadonlySet<string> = new Set(["message", "name", "hostname", "pid", "caller"]);

/** What JSON writes out by itself. */
const C0 = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).join("");

/**
 * A logger. Secrets are masked in messages and fields, see `redaction.ts`; errors are written with
 * their code and causes. One call makes one line, whatever is in its texts; readable lines of an error
 * are followed by indented ones. It never throws.
 */
export function createLogger(options: LogOptions): Logger {
  const { level, format, color = false, clock = systemClock, mask = redactText } = options;
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
  return wrap(lines, mask);
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

function wrap(lines: pino.Logger, mask: TextMask): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error") => (fields: LogFields, message: string) => {
      if (lines.isLevelEnabled(level)) lines[level](loggable(fields, mask), mask(message));
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => wrap(lines.child(loggable(fields, mask)), mask),
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
  return (line) => write(pretty(harmless(line)));
}

/** The fields of a line without characters that would make it look like several, or like another. */
function harmless(line: string): Record<string, unknown> {
  const fields = JSON.parse(line, (name, value) => {
    if (typeof value === "string") return visible(value, name === "stack" ? "\n\t" : C0);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [visible(key, C0), item]));
  });
  for (const name of BARE) {
    if (typeof fields[name] === "string") fields[name] = visible(fields[name]);
  }
  return fields;
}
