/**
 * A control plane of the rehearsal's own: etcd, the API server, the controllers, and a proxy that speaks
 * plain HTTP.
 *
 * @module
 */
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { freePort } from "../../../.ci/services/free_port.ts";
import { Server } from "../../../.ci/services/server.ts";
import { end, output, type Words } from "../command.ts";
import { RehearsalError } from "../rehearsal_error.ts";

/** Whoever has it may do everything; the API server lives on loopback for a few minutes. */
const TOKEN = "rehearsal";

/** A control plane. Dispose of it to end it. */
export class ControlPlane implements AsyncDisposable {
  /** The API without a key. */
  readonly url: string;
  readonly #folder: string;
  readonly #servers: AsyncDisposableStack;

  private constructor(folder: string, servers: AsyncDisposableStack, url: string) {
    this.#folder = folder;
    this.#servers = servers;
    this.url = url;
  }

  /** Starts one, out of the programs in `programs`. */
  static async start(programs: string): Promise<ControlPlane> {
    await using servers = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "synapse_control_plane_" });
    servers.defer(() => Deno.remove(folder, { recursive: true }));
    const [etcd, peer, api, controllers, proxy] = Array.from({ length: 5 }, freePort);
    await writeFiles(folder, api!);
    const kubectl: Words = ["kubectl", `--kubeconfig=${folder}/kubeconfig`];
    const passes = async (...words: string[]) => (await end([...kubectl, ...words])).code === 0;
    const start = async (
      service: string,
      port: number,
      command: readonly string[],
      isReady: () => Promise<boolean>,
    ) => {
      const server = new Server({
        service,
        port,
        url: `http://127.0.0.1:${port}`,
        folder: await Deno.makeTempDir({ prefix: `synapse_${service}_` }),
        account: null,
        command: [...await deathSignalPrefix("SIGKILL"), ...command],
        stopSignal: "SIGTERM",
        isReady,
      });
      servers.use(server);
      await server.start();
    };
    await start("etcd", etcd!, etcdCommand(etcd!, peer!), () => answers(etcd!, "health"));
    const ready = () => passes("get", "--raw", "/readyz");
    await start("apiserver", api!, apiServerCommand(programs, folder, api!, etcd!), ready);
    const made = () => passes("-n", "default", "get", "serviceaccount", "default");
    await start("controllers", controllers!, [
      `${programs}/kube-controller-manager`,
      `--kubeconfig=${folder}/kubeconfig`,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      `--secure-port=${controllers}`,
      "--cert-dir=.",
      `--service-account-private-key-file=${folder}/accounts.key`,
    ], made);
    const command = [...kubectl, "proxy", `--port=${proxy}`];
    await start("proxy", proxy!, command, () => answers(proxy!, "readyz"));
    const url = `http://127.0.0.1:${proxy}`;
    return new ControlPlane(folder, servers.move(), url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#servers.disposeAsync();
  }

  /**
   * Runs kubectl, which has to succeed.
   *
   * @returns what it prints on standard output
   * @throws {RehearsalError} with what it says otherwise
   */
  kubectl(...args: readonly string[]): Promise<string> {
    return output(["kubectl", ...args], { env: this.#env, seconds: 180 });
  }

  /** Runs a line of a shell with kubectl in it, which has to succeed. */
  shell(line: string, cwd: string): Promise<string> {
    return output(["bash", "-o", "pipefail", "-ec", line], { env: this.#env, cwd, seconds: 180 });
  }

  /**
   * Runs kubectl, which has to fail.
   *
   * @returns what it says
   */
  async refusal(line: string, cwd: string): Promise<string> {
    const words: Words = ["bash", "-o", "pipefail", "-ec", line];
    const { code, stderr } = await end(words, { env: this.#env, cwd });
    if (code === 0) throw new RehearsalError(`Was not refused: ${line}`);
    return stderr;
  }

  get #env() {
    return { KUBECONFIG: `${this.#folder}/kubeconfig` };
  }
}

async function answers(port: number, path: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // Nobody listens yet.
  }
}

function etcdCommand(port: number, peer: number): string[] {
  const [client, other] = [port, peer].map((one) => `http://127.0.0.1:${one}`);
  return [
    "etcd",
    "--data-dir=data",
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${other}`,
    `--initial-advertise-peer-urls=${other}`,
    `--initial-cluster=default=${other}`,
  ];
}

function apiServerCommand(
  programs: string,
  folder: string,
  port: number,
  etcd: number,
): string[] {
  return [
    `${programs}/kube-apiserver`,
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    "--cert-dir=.",
    `--token-auth-file=${folder}/tokens.csv`,
    "--authorization-mode=RBAC",
    `--service-account-key-file=${folder}/accounts.pub`,
    `--service-account-signing-key-file=${folder}/accounts.key`,
    "--service-account-issuer=https://rehearsal.test",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--endpoint-reconciler-type=none",
  ];
}

async function writeFiles(folder: string, port: number): Promise<void> {
  await output(["openssl", "genrsa", "-out", `${folder}/accounts.key`, "2048"]);
  await output([
    ...["openssl", "rsa", "-in", `${folder}/accounts.key`, "-pubout"] as const,
    ...["-out", `${folder}/accounts.pub`],
  ]);
  await Deno.writeTextFile(`${folder}/tokens.csv`, `${TOKEN},admin,admin,system:masters\n`);
  const cluster = { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "rehearsal", cluster }],
    users: [{ name: "admin", user: { token: TOKEN } }],
    contexts: [{ name: "rehearsal", context: { cluster: "rehearsal", user: "admin" } }],
    "current-context": "rehearsal",
  };
  await Deno.writeTextFile(`${folder}/kubeconfig`, JSON.stringify(kubeconfig));
}
