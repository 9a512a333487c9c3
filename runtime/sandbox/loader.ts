/**
 * Reads the skills folder: each `*.ts` or `*.js` file is one skill. What a file says of itself is
 * learnt by evaluating it in the sandbox, without any permission; the server never runs it.
 *
 * @module
 */
import type { SkillManifest } from "../../skills/skill.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import { manifestSchema } from "./manifest.ts";
import { NO_PERMISSIONS, permissionsOf, type SkillPermissions } from "./permissions.ts";
import type { SkillFileFault } from "./port.ts";
import type { Sandbox } from "./sandbox.ts";
import { readSkillFile, skillFileNames } from "./skills_folder.ts";

/** A skill from a file. */
export interface UserSkill {
  readonly manifest: SkillManifest;
  readonly permissions: SkillPermissions;
  readonly file: string;
  readonly source: string;
  readonly language: "ts" | "js";
}

/** What a folder holds. */
export interface LoadedSkills {
  readonly skills: readonly UserSkill[];
  readonly faults: readonly SkillFileFault[];
}

/** Where skill files are. */
export interface SkillsFolder {
  readonly path: string;
  /** Whether it is a fault that there is none. */
  readonly required: boolean;
}

/** How a folder is read. */
export interface LoadOptions {
  readonly sandbox: Pick<Sandbox, "run">;
  /** Names that are taken. */
  readonly builtins: ReadonlySet<string>;
  /** Where relative paths in capabilities start. */
  readonly workspace: string;
  /** Secrets that the configuration has, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Milliseconds that a file may take to load. */
  readonly loadMs: number;
}

/**
 * Loads all skills of a folder, in the order of their files' names. Faults are reported, not thrown.
 *
 * @returns a single fault when it is not known what the folder holds
 */
export async function loadSkills(
  { path, required }: SkillsFolder,
  options: LoadOptions,
): Promise<LoadedSkills | SkillFileFault> {
  let names: readonly string[] | null;
  try {
    names = await skillFileNames(path);
  } catch (error) {
    return { file: path, reason: errorMessage(error) };
  }
  if (names === null) {
    return required
      ? { file: path, reason: "Skills folder cannot be read: it does not exist" }
      : { skills: [], faults: [] };
  }
  const loaded = await Promise.all(names.map(async (file) => {
    try {
      return await loadFile(path, file, options);
    } catch (error) {
      return { file, reason: errorMessage(error) };
    }
  }));
  return withoutRepeatedNames(loaded, options.builtins);
}

async function loadFile(folder: string, file: string, options: LoadOptions): Promise<UserSkill> {
  const source = await readSkillFile(folder, file);
  const language = file.endsWith(".ts") ? "ts" : "js";
  const manifest = await readManifest(file, source, language, options);
  const permissions = permissionsOf(manifest.capabilities, options.workspace);
  const missing = permissions.secrets.filter((name) => !Object.hasOwn(options.secrets, name));
  if (missing.length > 0) {
    throw new SynapseError(
      "skill_invalid",
      `Skill declares secrets that the configuration does not have: ${missing.join(", ")}`,
    );
  }
  return { manifest, permissions, file, source, language };
}

async function readManifest(
  file: string,
  source: string,
  language: "ts" | "js",
  { sandbox, loadMs }: LoadOptions,
): Promise<SkillManifest> {
  const reply = await sandbox.run({
    skill: file,
    timeoutMs: loadMs,
    signal: new AbortController().signal,
    permissions: NO_PERMISSIONS,
    invocation: { operation: "manifest", source, language, input: null, key: "", secrets: {} },
  });
  if (!reply.ok) {
    throw new SynapseError("skill_invalid", reply.message, { data: { code: reply.code } });
  }
  const parsed = manifestSchema.safeParse(JSON.parse(reply.text));
  if (!parsed.success) {
    throw new SynapseError("skill_invalid", `Skill's manifest is refused: ${parsed.error.message}`);
  }
  // Where a skill comes from is known here, whatever it says.
  return { ...parsed.data, source: "user" };
}

function withoutRepeatedNames(
  loaded: readonly (UserSkill | SkillFileFault)[],
  builtins: ReadonlySet<string>,
): LoadedSkills {
  const skills = new Map<string, UserSkill>();
  const faults: SkillFileFault[] = [];
  for (const entry of loaded) {
    if ("reason" in entry) {
      faults.push(entry);
      continue;
    }
    const { file, manifest: { name } } = entry;
    const owner = builtins.has(name) ? "a built-in skill" : skills.get(name)?.file;
    if (owner === undefined) skills.set(name, entry);
    else faults.push({ file, reason: `Skill's name ${name} is taken by ${owner}` });
  }
  return { skills: [...skills.values()], faults };
}
