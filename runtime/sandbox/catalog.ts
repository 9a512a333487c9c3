/**
 * Everything an agent can do: the built-in skills and those of the skills folder, behind one port.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";
import { JSON_DEPTH_MAX, jsonFault } from "../../actors/json_depth.ts";
import type { Skill, SkillManifest } from "../../skills/skill.ts";
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { TextMask } from "../redaction.ts";
import { beginSkillSeries } from "../telemetry/first_series.ts";
import type { Logger, Metrics } from "../telemetry/port.ts";
import { runBuiltin } from "./builtin_runner.ts";
import { fault, type SkillReply } from "./fault.ts";
import { type HostCommand, hostCommand } from "./host_command.ts";
import type { SkillOperation } from "./invoke.ts";
import { loadSkills, type SkillsFolder, type UserSkill } from "./loader.ts";
import { manifestOf } from "./manifest.ts";
import { pick } from "./pick.ts";
import type { SkillCall, SkillFileFault, SkillLookup, SkillOutcome, Skills } from "./port.ts";
import { Sandbox } from "./sandbox.ts";

/** Bounds of skill calls. */
export interface SkillLimits {
  /** Milliseconds of one call, whatever the skill asks for. */
  readonly timeout_ms: number;
  /** Memory of one call of a user skill, in MiB. */
  readonly memory_mb: number;
  /** Processes for user skills, and so calls at one time. */
  readonly pool_size: number;
  /** Bytes of an output's JSON. */
  readonly skill_output_bytes: number;
}

/** How the catalog is made. */
export interface SkillsOptions {
  readonly builtins: readonly Skill[];
  /** The folder of the user's skills; null for none. */
  readonly folder: SkillsFolder | null;
  /** The absolute path where relative paths in capabilities start. */
  readonly workspace: string;
  /** What skills may be handed, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Masks secrets in what skills say when they fail. Their outputs are left as they are. */
  readonly mask: TextMask;
  /** The environment from which skills get what they declare. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: SkillLimits;
  /** How a host for user skills is started; as this program itself unless given. */
  readonly command?: HostCommand;
  /** Milliseconds that a skill file may take to load, and an input to be checked; 5,000 unless given. */
  readonly loadMs?: number;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "skillSeconds" | "skillFailuresTotal">;
}

type Entry =
  | { readonly manifest: SkillManifest; readonly builtin: Skill }
  | { readonly manifest: SkillManifest; readonly user: UserSkill };

/**
 * Makes the catalog and loads the skills folder. Files that cannot be loaded are reported by
 * `faults()` and in the log.
 *
 * Needs permission to run the program itself when there is a skills folder, and to read that.
 */
export async function createSkills(options: SkillsOptions): Promise<Skills> {
  const skills = new SkillCatalog(options);
  await skills.reload();
  return skills;
}

class SkillCatalog implements Skills {
  readonly #options: SkillsOptions;
  readonly #loadMs: number;
  readonly #sandbox: Sandbox;
  readonly #builtins: ReadonlyMap<string, Entry>;
  #entries: ReadonlyMap<string, Entry>;
  #faults: readonly SkillFileFault[] = [];
  readonly #beginSeries: (names: Iterable<string>) => void;
  /** Ends when the last reload asked for has ended: they never overlap. */
  #reloaded: Promise<void> = Promise.resolve();
  /** A reload that has not begun yet, and so will see whatever is in the folder now. */
  #coming: Promise<void> | null = null;

  constructor(options: SkillsOptions) {
    const { limits, command = hostCommand(options.env), clock, entropy, log, env, workspace } =
      options;
    this.#options = options;
    this.#loadMs = Math.min(options.loadMs ?? 5000, limits.timeout_ms);
    this.#builtins = new Map(options.builtins.map((builtin) => [
      builtin.name,
      { builtin, manifest: manifestOf(builtin, "builtin") },
    ]));
    this.#entries = this.#builtins;
    this.#beginSeries = beginSkillSeries(options.metrics);
    this.#beginSeries(this.#builtins.keys());
    this.#sandbox = new Sandbox({
      command,
      env,
      workspace,
      memoryMb: limits.memory_mb,
      poolSize: limits.pool_size,
      outputBytesMax: limits.skill_output_bytes,
      clock,
      entropy,
      log,
    });
  }

  get(name: string): SkillManifest | null {
    return this.#entries.get(name)?.manifest ?? null;
  }

  list(): readonly SkillManifest[] {
    return [...this.#entries.values()].map(({ manifest }) => manifest)
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  faults(): readonly SkillFileFault[] {
    return this.#faults;
  }

  async checkInput(name: string, input: Json): Promise<string | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return `There is no skill ${name}`;
    const signal = new AbortController().signal;
    const { reply } = await this.#invoke(entry, "check", { skill: name, input, key: "", signal });
    if (!reply.ok) return `Input could not be checked: ${reply.message}`;
    const problem = parseText(reply.text);
    return problem === null ? null : this.#options.mask(String(problem));
  }

  async run(call: SkillCall): Promise<SkillOutcome> {
    const { skillSeconds, skillFailuresTotal } = this.#options.metrics;
    const entry = this.#entries.get(call.skill);
    if (entry === undefined) {
      skillFailuresTotal.inc({ skill: "unknown", code: "skill_not_found" });
      return { ...fault("skill_not_found", `There is no skill ${call.skill}`), ms: 0 };
    }
    const { reply, ms } = await this.#invoke(entry, "run", call);
    const outcome = outcomeOf(reply);
    skillSeconds.observe({ skill: call.skill }, ms / 1000);
    if (!outcome.ok) skillFailuresTotal.inc({ skill: call.skill, code: outcome.code });
    return { ...outcome, ms };
  }

  async lookup(call: SkillCall): Promise<SkillLookup | null> {
    const entry = this.#entries.get(call.skill);
    if (entry === undefined || !entry.manifest.has_lookup) return null;
    const { reply, ms } = await this.#invoke(entry, "lookup", call);
    // What it answers holds the output.
    const outcome = outcomeOf(reply, JSON_DEPTH_MAX + 1);
    if (!outcome.ok) {
      const { code, message } = outcome;
      this.#options.log.warn({ skill: call.skill, code, reason: message }, "Skill lookup failed");
      return null;
    }
    const { done, output = null } = Object(outcome.output) as { done?: unknown; output?: Json };
    if (done === true) return { done, output, ms };
    return done === false ? { done } : null;
  }

  reload(): Promise<void> {
    if (this.#coming) return this.#coming;
    const coming = this.#reloaded.then(() => {
      this.#coming = null;
      return this.#load();
    });
    this.#coming = coming;
    this.#reloaded = coming.catch(() => {});
    return coming;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]();
  }

  async #load(): Promise<void> {
    const { folder, workspace, secrets, mask, log } = this.#options;
    if (folder === null) return;
    const loaded = await loadSkills(folder, {
      sandbox: this.#sandbox,
      builtins: new Set(this.#builtins.keys()),
      workspace,
      secrets,
      loadMs: this.#loadMs,
    });
    // A folder that cannot be read says nothing about its skills, so those that were loaded stay.
    const faults = "reason" in loaded ? [loaded] : loaded.faults;
    this.#faults = faults.map(({ file, reason }) => ({ file, reason: mask(reason) }));
    for (const { file, reason } of this.#faults) {
      log.warn({ file, reason }, "Skill file not loaded");
    }
    if ("reason" in loaded) return;
    const { skills } = loaded;
    const entries = skills.map((user): [string, Entry] => [
      user.manifest.name,
      { user, manifest: user.manifest },
    ]);
    this.#beginSeries(skills.map(({ manifest }) => manifest.name));
    // In one step: a call that has begun keeps the code it began with.
    this.#entries = new Map([...this.#builtins, ...entries]);
    this.#sandbox.warm(skills.map(({ permissions }) => permissions));
    const counts = { skills: skills.length, faults: faults.length };
    log.info({ folder: folder.path, ...counts }, "Skills folder loaded");
  }

  async #invoke(
    entry: Entry,
    operation: SkillOperation,
    call: SkillCall,
  ): Promise<{ reply: SkillReply; ms: number }> {
    const { clock, limits, mask } = this.#options;
    const begun = clock.monotonic();
    const timeoutMs = operation === "check"
      ? this.#loadMs
      : Math.min(entry.manifest.timeout, limits.timeout_ms);
    const answer = "builtin" in entry
      ? await this.#invokeBuiltin(entry.builtin, operation, call, timeoutMs)
      : await this.#invokeUser(entry.user, operation, call, timeoutMs);
    const reply = answer.ok ? answer : { ...answer, message: mask(answer.message) };
    return { reply, ms: clock.monotonic() - begun };
  }

  #invokeBuiltin(skill: Skill, operation: SkillOperation, call: SkillCall, timeoutMs: number) {
    const { clock, limits, secrets } = this.#options;
    const log = this.#options.log.child({ skill: skill.name });
    return runBuiltin({
      skill,
      invocation: { operation, input: call.input, outputBytesMax: limits.skill_output_bytes },
      timeoutMs,
      context: {
        idempotencyKey: call.key,
        log: (message, fields = {}) => log.info({ fields }, message),
        secrets: pick(secrets, declaredSecrets(skill)),
      },
      signal: call.signal,
    }, clock);
  }

  #invokeUser(user: UserSkill, operation: SkillOperation, call: SkillCall, timeoutMs: number) {
    const { permissions, source, language } = user;
    const secrets = pick(this.#options.secrets, permissions.secrets);
    const { skill, input, key, signal } = call;
    return this.#sandbox.run({
      skill,
      timeoutMs,
      signal,
      permissions,
      invocation: { operation, source, language, input, key, secrets },
    });
  }
}

function declaredSecrets(skill: Skill): string[] {
  return skill.capabilities.filter((capability) => capability.startsWith("secret:"))
    .map((capability) => capability.slice("secret:".length));
}

function outcomeOf(reply: SkillReply, levels = JSON_DEPTH_MAX) {
  if (!reply.ok) return reply;
  const output = parseText(reply.text);
  if (output === undefined) return fault("skill_invalid_output", "Output is not JSON");
  const wrong = jsonFault(output, levels);
  if (wrong !== null) return fault("skill_invalid_output", `Output ${wrong}`);
  return { ok: true as const, output };
}

/** The value of a JSON text; undefined when it is none, as only forged ones are. */
function parseText(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
