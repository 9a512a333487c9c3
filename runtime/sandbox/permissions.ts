/**
 * From what a skill declares to what its worker may do: exactly that.
 *
 * Pure. A capability that cannot be expressed exactly is refused, never rounded up.
 *
 * @module
 */
import { isAbsolute, join, normalize } from "node:path";
import type { Capability } from "../../skills/skill.ts";
import { SynapseError } from "../errors.ts";

/** What one skill may do; each list sorted and without repetition, so that equal sets are equal texts. */
export interface SkillPermissions {
  /** `host` or `host:port`; `*` alone means every host. */
  readonly net: readonly string[];
  /** Absolute paths of files and of folders with all they hold. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Names of environment variables. */
  readonly env: readonly string[];
  /** Names of configured secrets: handed over with a call, not a permission of the worker. */
  readonly secrets: readonly string[];
}

/** No permission at all: what code gets that has declared nothing yet. */
export const NO_PERMISSIONS: SkillPermissions = {
  net: [],
  read: [],
  write: [],
  env: [],
  secrets: [],
};

/** Capabilities of one skill at most. */
const CAPABILITIES_MAX = 64;

/** Characters of one capability at most. */
const CAPABILITY_CHARS_MAX = 512;

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const HOST = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*(:\\d{1,5})?$`, "i");
const IPV6 = /^\[[0-9a-f:]+(?:\.\d+){0,3}\](:\d{1,5})?$/i;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * What a skill with these capabilities may do.
 *
 * @param workspace the absolute path that relative paths start from
 * @throws {SynapseError} `skill_invalid`, naming the capability and what is accepted
 */
export function permissionsOf(
  capabilities: readonly Capability[],
  workspace: string,
): SkillPermissions {
  if (capabilities.length > CAPABILITIES_MAX) {
    throw new SynapseError(
      "skill_invalid",
      `Skill declares ${capabilities.length} capabilities, wanted at most ${CAPABILITIES_MAX}`,
    );
  }
  const sets = {
    net: new Set<string>(),
    read: new Set<string>(),
    write: new Set<string>(),
    env: new Set<string>(),
    secrets: new Set<string>(),
  };
  for (const capability of capabilities) {
    const colon = capability.indexOf(":");
    const [kind, value] = [capability.slice(0, colon), capability.slice(colon + 1)];
    if (capability.length > CAPABILITY_CHARS_MAX) {
      throw refusal(`${capability.slice(0, 40)}…`, `at most ${CAPABILITY_CHARS_MAX} characters`);
    }
    switch (kind) {
      case "net":
        sets.net.add(host(capability, value));
        break;
      case "read":
      case "write":
        sets[kind].add(path(capability, value, workspace));
        break;
      case "env":
        sets.env.add(name(capability, value));
        break;
      case "secret":
        sets.secrets.add(name(capability, value));
        break;
      default:
        throw refusal(capability, "net:HOST, read:GLOB, write:GLOB, env:NAME or secret:NAME");
    }
  }
  return {
    net: [...sets.net].sort(),
    read: [...sets.read].sort(),
    write: [...sets.write].sort(),
    env: [...sets.env].sort(),
    secrets: [...sets.secrets].sort(),
  };
}

/** The same as the option `deno.permissions` of a worker: everything that is not granted is refused. */
export function workerPermissions(permissions: SkillPermissions): Deno.PermissionOptionsObject {
  const { net, read, write, env } = permissions;
  const granted = (list: readonly string[]) => list.length === 0 ? false : [...list];
  return {
    net: net.includes("*") ? true : granted(net),
    read: granted(read),
    write: granted(write),
    env: granted(env),
    run: false,
    sys: false,
    ffi: false,
    import: false,
  };
}

function refusal(capability: string, wanted: string): SynapseError {
  return new SynapseError(
    "skill_invalid",
    `Capability is ${JSON.stringify(capability)}, wanted ${wanted}`,
  );
}

function host(capability: string, value: string): string {
  if (value === "*") return value;
  const port = (HOST.exec(value) ?? IPV6.exec(value))?.[1];
  if (!HOST.test(value) && !IPV6.test(value)) {
    throw refusal(capability, "net:HOST, net:HOST:PORT or net:*");
  }
  if (port !== undefined && (Number(port.slice(1)) < 1 || Number(port.slice(1)) > 65_535)) {
    throw refusal(capability, "a port from 1 to 65535");
  }
  return value.toLowerCase();
}

/**
 * A permission covers a file, or a folder with all it holds. So `folder/**` can be granted exactly,
 * and any other pattern cannot.
 */
function path(capability: string, value: string, workspace: string): string {
  const wanted = "PATH or FOLDER/** without other wildcards and without ..";
  const bare = value === "**" ? "." : value.replace(/\/\*\*$/, "");
  const hostile = bare === "" || /[*?[\]{}!\0]/.test(bare) || bare.split(/[/\\]/).includes("..");
  if (hostile || bare.startsWith("~")) throw refusal(capability, wanted);
  const full = normalize(isAbsolute(bare) ? bare : join(workspace, bare)).replace(/(.)\/$/, "$1");
  if (full === "/") throw refusal(capability, "less than the whole file system");
  return full;
}

function name(capability: string, value: string): string {
  if (!NAME.test(value)) throw refusal(capability, "a name of letters, digits and _");
  return value;
}
