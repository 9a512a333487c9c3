/**
 * A Docker Engine of the rehearsal's own. It lives in a network of its own, so that its bridges, its
 * rules and the ports of its containers are none of this machine's; what it stores lies in one folder.
 *
 * Needs root, and Debian's packages `docker.io`, `iproute2`, `iptables` and `slirp4netns`.
 *
 * @module
 */
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { signalProcess } from "../../../.ci/services/process_tree.ts";
import { until } from "../../../.ci/services/until.ts";
import { end, output, type Words } from "../command.ts";
import { RehearsalError } from "../rehearsal_error.ts";

/** The programs that it is made of, each with its package. */
export const ENGINE_PROGRAMS: Readonly<Record<string, string>> = {
  dockerd: "docker.io",
  docker: "docker.io",
  debootstrap: "debootstrap",
  slirp4netns: "slirp4netns",
  ip: "iproute2",
  iptables: "iptables",
  nsenter: "util-linux",
};

/** How long each of its programs may take to start, in milliseconds. */
const START_MS_MAX = 30_000;

/** How long the daemon may take to end its containers, in milliseconds. */
const STOP_MS_MAX = 60_000;

/** An engine. Dispose of it to end it, its containers and its network. */
export class PrivateEngine implements AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  readonly #folder: string;
  readonly #network: string;
  readonly #children: Deno.ChildProcess[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#network = folder.slice(folder.lastIndexOf("/") + 1);
    this.host = `unix://${folder}/docker.sock`;
  }

  /**
   * Starts one.
   *
   * @param folder an empty one, with a name that is unique on this machine
   * @throws {RehearsalError} with the end of its log if it does not start
   */
  static async start(folder: string): Promise<PrivateEngine> {
    const engine = new PrivateEngine(folder);
    try {
      await engine.#start();
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A command that runs in its network. */
  inside(...words: Words): Words {
    return ["nsenter", `--net=${this.#networkFile}`, "--", ...words];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The daemon first: it ends its containers.
    for (const child of this.#children.reverse()) {
      let ended = false;
      const status = child.status.then(() => void (ended = true));
      signalProcess(child.pid, "SIGTERM");
      if (!await until(() => ended, STOP_MS_MAX)) signalProcess(child.pid, "SIGKILL");
      await status;
    }
    await end(["ip", "netns", "delete", this.#network]);
  }

  get #networkFile(): string {
    return `/run/netns/${this.#network}`;
  }

  async #start(): Promise<void> {
    await output(["ip", "netns", "add", this.#network]);
    // Packages come in through it; nothing gets to this machine's own loopback.
    await this.#spawn("network", [
      "slirp4netns",
      "--configure",
      "--disable-host-loopback",
      "--netns-type=path",
      this.#networkFile,
      "tap0",
    ]);
    const hasRoute = async () =>
      (await end(this.inside("ip", "route", "show", "default"))).stdout !== "";
    await this.#wait("network", hasRoute);
    const store = this.#folder;
    // In a mount namespace, so that what it mounts goes with it.
    await this.#spawn("dockerd", [
      ...this.inside("unshare", "--mount", "--propagation=slave", "--"),
      "dockerd",
      `--host=${this.host}`,
      `--data-root=${store}/data`,
      `--exec-root=${store}/exec`,
      `--pidfile=${store}/dockerd.pid`,
    ]);
    const answers = async () =>
      (await end(["docker", "info"], { env: { DOCKER_HOST: this.host } })).code === 0;
    await this.#wait("dockerd", answers);
  }

  /** Starts a program that ends with this one, with its output in a file. */
  async #spawn(name: string, command: Words): Promise<void> {
    const [program, ...args] = [...await deathSignalPrefix("SIGTERM"), ...command] as const;
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        'log="$1"; shift; exec "$@" >"$log" 2>&1',
        "sh",
        this.#log(name),
        program!,
        ...args,
      ],
      stdin: "null",
    }).spawn();
    this.#children.push(child);
  }

  async #wait(name: string, condition: () => Promise<boolean>): Promise<void> {
    if (await until(condition, START_MS_MAX)) return;
    const log = (await Deno.readTextFile(this.#log(name))).trim().split("\n").slice(-10);
    throw new RehearsalError([`The ${name} does not start:`, ...log].join("\n    "));
  }

  #log(name: string): string {
    return `${this.#folder}/${name}.log`;
  }
}
