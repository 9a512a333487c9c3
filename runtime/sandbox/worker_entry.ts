/**
 * What runs in a skill's worker before the skill: takes the call, loads the skill's code, answers.
 *
 * This file is not imported by anything. `build_worker.ts` makes one script of it and all that it
 * imports, zod included (and nothing of `node:`, which a script cannot import), kept as text in
 * `worker_bundle.txt`. So the same bytes reach the worker from source, from a bundle and from a
 * binary, and the host needs no permission to read them.
 *
 * The skill's code is imported dynamically, by a URL in a variable. That matters: what such code
 * imports in turn is checked against this worker's own permissions. Were it part of the worker's
 * first module graph, its static imports would be read with the permissions of the host.
 *
 * @module
 */
import { z } from "zod";
import { defineSkill, type Skill, type SkillContext } from "../../skills/skill.ts";
import { faultOf, type SkillReply } from "./fault.ts";
import { invokeSkill } from "./invoke.ts";
import { jsonText } from "./json_text.ts";
import { manifestOf } from "./manifest.ts";
import { SkillError } from "./skill_error.ts";
import type { FromHost, ToWorker, WorkerInvocation } from "./messages.ts";

interface WorkerScope {
  postMessage(message: FromHost): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  close: unknown;
}

/** URLs that name no package, and paths. What may be read of them the permissions say. */
const OTHER_THAN_PACKAGE = /^(?:(?:blob|data|file|https?|node):|\.{0,2}\/)/;

const scope = globalThis as unknown as WorkerScope;
const post = scope.postMessage.bind(scope);
const abort = new AbortController();

function log(message: string, fields: Record<string, unknown> = {}): void {
  post({ type: "log", message: String(message), fields: writable(fields) });
}

/** Saying something is no reason to fail: what has no JSON form is shown as text. */
function writable(fields: Record<string, unknown>): Extract<FromHost, { type: "log" }>["fields"] {
  try {
    return JSON.parse(jsonText(fields));
  } catch {
    return { text: Deno.inspect(fields) };
  }
}

/** Ending the worker would leave the host waiting for it. */
function forbidExit(): void {
  const refuse = (name: string) => () => {
    throw new SkillError(`${name} is not available to a skill`);
  };
  Object.assign(Deno, { exit: refuse("Deno.exit") });
  scope.close = refuse("close");
  Object.assign((globalThis as unknown as { process: object }).process, {
    exit: refuse("process.exit"),
    reallyExit: refuse("process.exit"),
  });
}

/** The cache is a store on the disk that needs no permission and that all skills would share. */
function removeCache(): void {
  for (const name of ["caches", "Cache", "CacheStorage"]) Reflect.deleteProperty(globalThis, name);
}

/**
 * A package that the program itself uses would be found, from source and at times in a binary: such a
 * skill would work here and fail elsewhere. This keeps nobody out who goes out of their way, as in a
 * worker of their own; a package can do no more there than the skill may.
 */
function refusePackages(): void {
  const { isBuiltin, registerHooks } = process.getBuiltinModule("node:module");
  registerHooks({
    resolve(specifier, context, next) {
      if (OTHER_THAN_PACKAGE.test(specifier) || isBuiltin(specifier)) {
        return next(specifier, context);
      }
      throw new SkillError(
        `Package ${specifier} cannot be imported by a skill, wanted it bundled into the file`,
      );
    },
  });
}

/** What a skill prints goes to the node's log. */
function redirectConsole(): void {
  for (const name of ["debug", "log", "info", "warn", "error", "trace", "dir", "table"] as const) {
    console[name] = (...words: unknown[]) => log(words.map(printed).join(" "));
  }
}

function printed(word: unknown): string {
  return typeof word === "string" ? word : Deno.inspect(word);
}

async function loadSkill(source: string, language: "ts" | "js"): Promise<Skill> {
  const type = language === "ts" ? "application/typescript" : "text/javascript";
  const url = URL.createObjectURL(new Blob([source], { type }));
  const { default: factory } = await import(url) as { default?: unknown };
  const wanted = "wanted export default ({ defineSkill, z }) => defineSkill({ … })";
  if (typeof factory !== "function") {
    throw new SkillError(`Default export is ${typeof factory}, ${wanted}`);
  }
  const skill: unknown = await factory({ defineSkill, z });
  if (!isSkill(skill)) {
    throw new SkillError(`Default export returned no skill, ${wanted}`);
  }
  return skill;
}

function isSkill(value: unknown): value is Skill {
  const { name, input, run } = Object(value) as Partial<Record<keyof Skill, unknown>>;
  return typeof name === "string" && input instanceof z.ZodType && typeof run === "function";
}

async function answer(invocation: WorkerInvocation): Promise<SkillReply> {
  const { operation, source, language, key, secrets } = invocation;
  try {
    const skill = await loadSkill(source, language);
    if (operation === "manifest") return { ok: true, text: jsonText(manifestOf(skill, "user")) };
    const context: SkillContext = { signal: abort.signal, idempotencyKey: key, log, secrets };
    return await invokeSkill(skill, { ...invocation, operation }, context);
  } catch (thrown) {
    return faultOf(thrown);
  }
}

forbidExit();
removeCache();
refusePackages();
redirectConsole();
scope.onmessage = ({ data }) => {
  if (data.type === "abort") abort.abort(new DOMException(data.reason, "AbortError"));
  else void answer(data.invocation).then((reply) => post({ type: "reply", reply }));
};
post({ type: "ready" });
