/**
 * What a user may tell the demo model, one directive a line.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";

/** What a message asks the demo model to do. */
export interface DemoScript {
  readonly calls: readonly { readonly skill: string; readonly input: Json }[];
  /** Text to say, in order. */
  readonly says: readonly string[];
  /** How many numbered words to say, each a delta of its own. */
  readonly tokens: number;
  /** Milliseconds before each delta. */
  readonly slow_ms: number;
  /** How many first attempts of a call fail. */
  readonly fails: number;
  /** The lines that are no directive. */
  readonly rest: string;
  /** What is wrong with a directive, or null. */
  readonly problem: string | null;
}

/** The largest number of each directive that takes one. */
const TOKENS_MAX = 100_000;
const SLOW_MS_MAX = 600_000;
const FAILS_MAX = 1000;

/** What the demo model answers to a directive that it cannot read. */
export const DEMO_HELP = [
  "I take these directives, one a line:",
  '  /call SKILL JSON   call a skill, as in /call calculator {"expression":"6*7"}; several lines make several calls',
  "  /say TEXT          say this",
  `  /tokens N          say N words, each a delta of its own (up to ${TOKENS_MAX})`,
  `  /slow MS           wait so long before each delta (up to ${SLOW_MS_MAX})`,
  `  /fail N            fail the first N attempts of each model call (up to ${FAILS_MAX})`,
  "I echo everything else.",
].join("\n");

/** A slash and a word, with nothing else in that word: `/etc/passwd` is text. */
const DIRECTIVE = /^\/([a-z]+)(?:\s+(.*?))?\s*$/;

type Draft = { -readonly [Key in keyof DemoScript]: DemoScript[Key] };

/** Reads a message. */
export function readDemoScript(message: string): DemoScript {
  const script: Draft = {
    calls: [],
    says: [],
    tokens: 0,
    slow_ms: 0,
    fails: 0,
    rest: "",
    problem: null,
  };
  const rest: string[] = [];
  for (const line of message.split(/\r?\n/)) {
    const [, name, argument = ""] = DIRECTIVE.exec(line) ?? [];
    if (name === undefined) rest.push(line);
    else script.problem ??= apply(script, name, argument);
  }
  script.rest = rest.join("\n").trim();
  return script;
}

/** Applies one directive; the answer is what is wrong with it, or null. */
function apply(script: Draft, name: string, argument: string): string | null {
  switch (name) {
    case "call":
      return applyCall(script, argument);
    case "say":
      script.says = [...script.says, argument];
      return argument === "" ? "/say wants a text" : null;
    case "tokens":
      script.tokens = Number(argument);
      return checkNumber(name, argument, TOKENS_MAX);
    case "slow":
      script.slow_ms = Number(argument);
      return checkNumber(name, argument, SLOW_MS_MAX);
    case "fail":
      script.fails = Number(argument);
      return checkNumber(name, argument, FAILS_MAX);
    default:
      return `/${name} is no directive`;
  }
}

function applyCall(script: Draft, argument: string): string | null {
  const [, skill, json] = /^(\S+)\s*(.*)$/.exec(argument) ?? [];
  if (skill === undefined) return "/call wants a skill and its input as JSON";
  try {
    script.calls = [...script.calls, { skill, input: JSON.parse(json || "{}") }];
    return null;
  } catch {
    return `/call ${skill} wants its input as JSON, found ${JSON.stringify(json)}`;
  }
}

function checkNumber(name: string, argument: string, max: number): string | null {
  return /^\d{1,9}$/.test(argument) && Number(argument) <= max
    ? null
    : `/${name} wants a whole number up to ${max}, found ${JSON.stringify(argument)}`;
}
