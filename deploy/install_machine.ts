/**
 * A machine for `install.sh` to be tried on: a folder in the place of `/`, and programs that write down
 * how they were called in the place of those that would change the machine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** What a program that stands for Synapse does. */
export interface FakeProgram {
  readonly version: string;
  /** Whether `config check` finds nothing wrong; it does unless given. */
  readonly acceptsConfig?: boolean;
  /** What `migrate --check` says; `newest` unless given. */
  readonly journal?: "newest" | "behind" | "too_new";
  /** Whether a node of it becomes ready; it does unless given. `silent`: its start never ends. */
  readonly ready?: boolean | "silent";
}

/** What the script did. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls of programs that would have changed the machine, in order. */
  readonly calls: readonly string[];
  /** The user and the files of variables of each program that was run as the service, in order. */
  readonly services: readonly string[];
}

const SCRIPT = fileURLToPath(new URL("install.sh", import.meta.url));

/** Each is a line of bash; `note` writes the call down. */
const STAND_INS: Readonly<Record<string, string>> = {
  useradd: 'note "$@"; touch "$MACHINE/user"',
  userdel: 'note "$@"; rm "$MACHINE/user"',
  getent: '[[ -e "$MACHINE/user" ]]',
  chown: 'note "$@"',
  systemctl: `
[[ "$1" == list-units ]] && exec cat "$MACHINE/active"
note "$@"
[[ "$1" == restart ]] && grep -q '^# silent' "$DESTDIR/opt/synapse/bin/synapse" && exec /bin/sleep 60
exit 0`,
  // Writes down whose files it is to read, and runs what it is given.
  "systemd-run": `
while [[ "$1" == -* ]]; do
  if [[ "$1" == -p ]]; then shift; [[ "$1" == User=* || "$1" == *.env ]] && properties+=" $1"; fi
  shift
done
printf '%s\n' "$properties" >>"$MACHINE/services"
exec "$@" </dev/null`,
  sleep: ":",
};

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
    await Deno.mkdir(`${folder}/bin`);
    await Deno.mkdir(`${folder}/root`);
    await machine.activate();
    for (const [name, script] of Object.entries(STAND_INS)) {
      const note = `note() { printf '%s\\n' "${name} $*" >>"$MACHINE/calls"; }`;
      await executable(`${folder}/bin/${name}`, `${note}\n${script}`);
    }
    return machine;
  }

  /** Makes these units the active ones. */
  async activate(...units: readonly string[]): Promise<void> {
    await Deno.writeTextFile(
      `${this.#folder}/active`,
      units.map((unit) => `${unit} loaded active running Synapse\n`).join(""),
    );
  }

  /** A program to install, by its path. */
  async program(fake: FakeProgram): Promise<string> {
    const { version, acceptsConfig = true, journal = "newest", ready = true } = fake;
    const path = `${this.#folder}/synapse-${version}`;
    const check = {
      newest: `echo '{"ok": true, "missing": []}'`,
      behind: `echo '{"ok": false, "missing": ["2 more"]}'; exit 1`,
      too_new: "echo '{\"error\": {}}' >&2; exit 1",
    }[journal];
    await executable(
      path,
      `# ${ready}
case "$1" in
version) printf '{\\n  "version": "${version}",\\n  "deno": "2"\\n}\\n' ;;
config) ${acceptsConfig ? "true" : "exit 2"} ;;
migrate) ${check} ;;
health) ${ready === true ? "true" : "exit 1"} ;;
*) printf '%s\\n' "$@"; exit 5 ;;
esac`,
    );
    return path;
  }

  /** Runs the script with these arguments. */
  async run(...args: readonly string[]): Promise<Run> {
    const [calls, services] = [`${this.#folder}/calls`, `${this.#folder}/services`];
    for (const notes of [calls, services]) await Deno.writeTextFile(notes, "");
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", 'PATH="$MACHINE/bin:$PATH" exec bash "$0" "$@"', SCRIPT, ...args],
      env: {
        MACHINE: this.#folder,
        DESTDIR: this.root,
        READY_ATTEMPTS: "2",
        RESTART_SECONDS: "3",
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
  async installed(): Promise<string | null> {
    try {
      const text = await Deno.readTextFile(`${this.root}/opt/synapse/bin/synapse`);
      return /"version": "([^"]*)"/.exec(text)?.[1] ?? null;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
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

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function executable(path: string, script: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/usr/bin/env bash\n${script}\n`);
  await Deno.chmod(path, 0o755);
}
