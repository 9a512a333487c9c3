/**
 * Time, timers, randomness and the environment are arguments, so that a simulation can own them.
 *
 * @module
 */
import { isTest } from "../tidy/source_file.ts";
import { repositoryPath } from "./repository_path.ts";

const CLOCK = "Take a Clock (runtime/clock.ts) as a constructor argument";
const ENTROPY = "Take an Entropy (runtime/entropy.ts) as a constructor argument";
const CONFIGURATION = "Take the value as an argument; runtime/config reads the environment";

/** What reads the world, and what to do instead. */
const AMBIENT: ReadonlyMap<string, string> = new Map([
  ["Date.now", CLOCK],
  ["performance.now", CLOCK],
  ["setTimeout", CLOCK],
  ["setInterval", CLOCK],
  ["setImmediate", CLOCK],
  ["AbortSignal.timeout", CLOCK],
  ["Math.random", ENTROPY],
  ["crypto.randomUUID", ENTROPY],
  ["crypto.getRandomValues", ENTROPY],
  ["Deno.env", CONFIGURATION],
  ["process.env", CONFIGURATION],
]);

/** The files that are the way to the world. */
const SHELL: readonly RegExp[] = [
  /^runtime\/(clock|timer|manual_clock|entropy|main)\.ts$/,
  /^runtime\/config(\.ts|\/)/,
  /^runtime\/cli\//,
  /^runtime\/edge\/console\/page\/browser\.ts$/,
  /^(bench|\.ci)\//,
  // A built-in skill is the shell of its own sandbox; the contract is not.
  /^skills\/(?!(mod|skill)\.ts$)/,
];

/** Rule: nothing outside the shell reads the world by a global. */
export const noAmbient: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (isTest(path) || SHELL.some((pattern) => pattern.test(path))) return {};
    const report = (node: Deno.lint.Node, what: string, hint: string) =>
      context.report({ node, message: `${what} reads the world behind the caller's back`, hint });

    return {
      MemberExpression(node) {
        const name = dottedName(node);
        const hint = name === null ? undefined : AMBIENT.get(name);
        if (name !== null && hint !== undefined) report(node, name, hint);
      },
      CallExpression(node) {
        if (node.callee.type !== "Identifier") return;
        const hint = AMBIENT.get(node.callee.name);
        if (hint !== undefined) report(node, node.callee.name, hint);
      },
      NewExpression(node) {
        if (dottedName(node.callee) === "Date" && node.arguments.length === 0) {
          report(node, "new Date()", CLOCK);
        }
      },
      ImportDeclaration(node) {
        if (/^(node:)?timers(\/promises)?$/.test(node.source.value)) {
          report(node, node.source.value, CLOCK);
        }
      },
    };
  },
};

/** `a.b.c` as text, without a leading `globalThis.`; null for what is not only names. */
function dottedName(node: Deno.lint.Node): string | null {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed) return null;
  const object = dottedName(node.object);
  if (object === null || node.property.type !== "Identifier") return null;
  return object === "globalThis" ? node.property.name : `${object}.${node.property.name}`;
}
