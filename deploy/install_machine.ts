/**
 * A machine for `install.sh` to be tried on: a folder in the place of `/`, and programs that write down
 * how they were called in the place of those that would change the machine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { STAND_INS } from "./install_stand_ins.ts";

/** What a program that stands for Synapse does. */
export interface FakeProgram {
  readonly version: string;
  /** Whether `config check` finds nothing wrong; it does unless given. */
  readonly acceptsConfig?: boolean;
  /** What `migrate --check` says; `newest` unless given. */
  readonly journal?: "newest" | "behind" | "behind_in_postgres" | "too_new";
  /** How systemd finds a node of it after its start; `ready` unless given. `silent`: it never ends. */
  readonly node?: keyof typeof NODES | "silent";
}

/** What systemd says of a node: its state, and the last that the node said of itself. */
const NODES = {
  ready: ["active", "Ready at http://127.0.0.1:8000"],
  degraded: ["active", "Degraded at http://127.0.0.1:8000; streams: away"],
  not_ready: ["active", "Not ready at http://127.0.0.1:8000; journal: away"],
  dying: ["activating", "Ready at http://127.0.0.1:8000"],
} as const;

/** What the script did. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls of programs that would have changed the machine, in order. */
  readonly calls: readonly string[];
  /** The user and the variables of each program that was run as the service, in order. */
  readonly services: readonly string[];
}

/** How the script is run. */
export interface RunOptions {
  /** A signal that it gets, once. */
  readonly signal?: "HUP" | "INT" | "TERM" | "KILL";
  /** After which of its changes, from 1; when it has the first node restarted unless given. */
  readonly step?: number;
  /** The beginning of a question to systemd, such as `list-units`, that gets no answer. */
  readonly unanswered?: string;
  /** That nobody reads what it prints. */
  readonly unread?: boolean;
}

const PROGRAM = "/opt/synapse/bin/synapse";

/** Becomes the script, whose process id the stand-ins then know. */
const START = 'INSTALLER=$$ PATH="$MACHINE/bin:$PATH" exec bash "$0" "$@"';

const SCRIPT = fileURLToPath(new URL("install.sh", import.meta.url));

/** What systemd makes of the units' variables, unless the operator set more. */
const ENVIRONMENT = "SYNAPSE_DATA_DIR=/opt/synapse/data SYNAPSE_SKILLS_DIR=/opt/synapse/skills";

/** Such a machine. */
export class InstallMachine {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** One with nothing on it. */
  static async create(): Promise<InstallMachine> {
    const folder = await Deno.makeTempDir({ prefix: "synapse_install_" });
    const machine = new InstallMachine(folder);
    for (const name of ["bin", "root", "owners", "nodes"]) await Deno.mkdir(`${folder}/${name}`);
    await machine.activate();
    await machine.setVariables("");
    for (const [name, script] of Object.entries(STAND_INS)) {
      await executable(`${folder}/bin/${name}`, script);
    }
    return machine;
  }

  /** One with version 1.0.0 installed and these units running. */
  static async installed(...active: readonly string[]): Promise<InstallMachine> {
    const machine = await InstallMachine.create();
    const program = await machine.program({ version: "1.0.0" });
    const { code, stderr } = await machine.run("install", program);
    assert.equal(code, 0, stderr);
    await machine.activate(...active);
    return machine;
  }

  /** Makes these units the active ones, with the program that is installed. */
  async activate(...units: readonly string[]): Promise<void> {
    await Deno.writeTextFile(
      `${this.#folder}/active`,
      units.map((unit) => `${unit} loaded active running Synapse\n`).join(""),
    );
    for (const unit of units) {
      await Deno.copyFile(`${this.root}${PROGRAM}`, `${this.#folder}/nodes/${unit}`);
    }
  }

  /** What drop-ins set besides, as `systemctl show` prints it. */
  async setVariables(variables: string): Promise<void> {
    await Deno.writeTextFile(`${this.#folder}/environment`, `${ENVIRONMENT} ${variables}\n`);
  }

  /** The version that each active unit was last started with. */
  async nodes(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for await (const { name } of Deno.readDir(`${this.#folder}/nodes`)) {
      found[name] = versionOf(await Deno.readTextFile(`${this.#folder}/nodes/${name}`));
    }
    return found;
  }

  /** A program to install, by its path. */
  async program(fake: FakeProgram): Promise<string> {
    const { version, acceptsConfig = true, journal = "newest", node = "ready" } = fake;
    const path = `${this.#folder}/synapse-${version}`;
    const [state, status] = node === "silent" ? ["", ""] : NODES[node];
    const check = {
      newest: `echo '{"ok": true, "missing": []}'`,
      behind: `echo '{"ok": false, "missing": ["2 more"]}'; exit 1`,
      behind_in_postgres: `[[ -z "\${DATABASE_URL-}" ]] || { echo '"missing": 1'; exit 1; }`,
      too_new: "echo '{\"error\": {}}' >&2; exit 1",
    }[journal];
    await executable(
      path,
      `# ${node}
# state ${state}
# status ${status}
case "$1" in
version) printf '{\\n  "version": "${version}",\\n  "deno": "2"\\n}\\n' ;;
config) ${acceptsConfig ? "true" : "exit 2"} ;;
migrate) ${check} ;;
*) printf '%s\\n' "$@"; exit 5 ;;
esac`,
    );
    return path;
  }

  /** Runs the script with these arguments. */
  run(...args: readonly string[]): Promise<Run> {
    return this.runSo({}, ...args);
  }

  /** Runs it, and does this to it. */
  async runSo(options: RunOptions, ...args: readonly string[]): Promise<Run> {
    const { signal, step, unanswered, unread } = options;
    const [calls, services] = [`${this.#folder}/calls`, `${this.#folder}/services`];
    for (const notes of [calls, services]) await Deno.writeTextFile(notes, "");
    for (const [name, value] of Object.entries({ signal, step })) {
      await Deno.writeTextFile(`${this.#folder}/${name}`, `${value ?? ""}`);
    }
    const start = unread ? `exec > >(exec true); wait $!; ${START}` : START;
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", start, SCRIPT, ...args],
      env: {
        MACHINE: this.#folder,
        DESTDIR: this.root,
        READY_ATTEMPTS: "2",
        RESTART_SECONDS: "3",
        UNANSWERED: unanswered ?? "",
      },
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    const noted = async (path: string) =>
      (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
    return {
      code,
      stdout: out!,
      stderr: err!,
      calls: (await noted(calls)).map((line) => line.replaceAll(this.root, "")),
      services: (await noted(services)).map((line) => line.trim()),
    };
  }

  /** The folder in the place of `/`. */
  get root(): string {
    return `${this.#folder}/root`;
  }

  /** The version that is in place, told by the program itself; null without one. */
  installed(): Promise<string | null> {
    return this.#versionAt(PROGRAM);
  }

  /** The version that `rollback` goes back to; null without one. */
  previous(): Promise<string | null> {
    return this.#versionAt(`${PROGRAM}.previous`);
  }

  /** Whether a switch from one program to another was begun and not ended. */
  async isUnfinished(): Promise<boolean> {
    return (await this.files("/opt/synapse/bin")).some((file) => file.endsWith("/unfinished"));
  }

  /** The text of `synapse.service` that systemd read last. */
  unit(): Promise<string> {
    return Deno.readTextFile(`${this.#folder}/unit`);
  }

  /**
   * Makes the unit that came with what is installed another one than that of the script, and gives it
   * back. systemd has read it.
   */
  async alterUnit(): Promise<string> {
    const release = await Deno.readLink(this.root + PROGRAM);
    const kept = `${this.root}/opt/synapse/bin/${release.replace(/synapse$/, "systemd")}`;
    const text = `# another\n${await this.unit()}`;
    for (const folder of [`${this.root}/etc/systemd/system`, kept]) {
      await Deno.writeTextFile(`${folder}/synapse.service`, text);
    }
    await Deno.writeTextFile(`${this.#folder}/unit`, text);
    return text;
  }

  async #versionAt(path: string): Promise<string | null> {
    try {
      return versionOf(await Deno.readTextFile(this.root + path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** The versions of the releases that are kept. */
  async releases(): Promise<string[]> {
    return (await this.files("/opt/synapse/releases"))
      .flatMap((file) => /releases\/([\d.]+)-\w+$/.exec(file)?.[1] ?? []);
  }

  /** Gives a path to somebody. */
  async own(owner: string, path: string): Promise<void> {
    const name = `${this.root}${path}`.replaceAll("/", "+");
    await Deno.writeTextFile(`${this.#folder}/owners/${name}`, `${owner}\n`);
  }

  /** Every path below `/`, with its mode. */
  async files(folder = ""): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(`${this.root}${folder}`)) {
      const path = `${folder}/${name}`;
      const { mode } = await Deno.lstat(this.root + path);
      found.push(`${((mode ?? 0) & 0o777).toString(8)} ${path}`);
      if (isDirectory) found.push(...await this.files(path));
    }
    return found.sort((a, b) => a.slice(4) < b.slice(4) ? -1 : 1);
  }

  /** Every path below `/`, with its inode and when it was changed last. */
  async traces(): Promise<string[]> {
    return await Promise.all((await this.files()).map(async (file) => {
      const path = file.slice(4);
      const { ino, mtime } = await Deno.lstat(this.root + path);
      return `${path} ${ino} ${mtime?.getTime()}`;
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function executable(path: string, script: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/usr/bin/env bash\n${script}\n`);
  await Deno.chmod(path, 0o755);
}

function versionOf(program: string): string {
  return /"version": "([^"]*)"/.exec(program)?.[1] ?? "unknown";
}
