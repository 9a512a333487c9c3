/**
 * The image alone, as docs/deployment.md has it run: read only, without capabilities, as user 1000.
 *
 * @module
 */
import { apiPath, Client } from "../../../runtime/cli/client.ts";
import type { ApiSession } from "../../../runtime/cli/api_types.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { systemEntropy } from "../../../runtime/entropy.ts";
import { ask, openSession } from "../../../runtime/e2e/session_calls.ts";
import { VERSION } from "../../../runtime/version.ts";
import { imageSize } from "./base_images.ts";
import type { Checklist } from "../checklist.ts";
import { end, output } from "../command.ts";
import { imageFaults } from "./image_facts.ts";
import { require } from "../rehearsal_error.ts";

/** The container's name. */
export const ALONE = "synapse-rehearsal-alone";

/** The commit that it is built of, as far as the image knows. */
export const REVISION = "the-commit-of-a-rehearsal";

const IMAGE = `synapse/core:${VERSION}`;
const API_KEY = "the-key-of-a-rehearsal";
const URL = "http://127.0.0.1:8000";

/** Longer than a start and the interval between two health checks, in seconds. */
const HEALTHY_SECONDS = 60;

/** What each process of the container has to be, as `/proc/…/status` says it. */
const STATUS: Readonly<Record<string, RegExp>> = {
  Uid: /^1000\t1000\t1000\t1000$/,
  CapEff: /^0+$/,
  NoNewPrivs: /^1$/,
  Seccomp: /^2$/,
};

/** Looks at the image and runs it. */
export async function checkImage(list: Checklist): Promise<void> {
  await list.step("the image says what it is", describe);
  await list.step("it refuses to start without a key", refuseWithoutKey);
  const client = new Client(URL, { apiKey: API_KEY, clock: systemClock, entropy: systemEntropy });
  await list.step("it starts read only and without capabilities", () => start(client));
  await list.step("each of its processes is user 1000, with no rights", checkProcesses);
  await list.step("only /app/data, /app/logs and /tmp can be written", checkPlaces);
  await list.step("it answers, and runs a built-in skill", async () => {
    await openSession(client, "alone");
    const reply = await ask(client, "alone", '/call calculator {"expression":"6*7"}');
    require(reply.includes("42"), reply);
  });
  await list.step("its health check goes healthy", untilHealthy);
  await list.step("SIGTERM ends it with 0", stop);
  await list.step("started again, it has what it had", async () => {
    await output(["docker", "start", ALONE]);
    await untilAnswers(client);
    const session = await client.get<ApiSession>(apiPath("sessions", "alone"));
    require(session.status === "idle", session.status);
  });
  await output(["docker", "rm", "--force", "--volumes", ALONE]);
  await output(["docker", "volume", "rm", ALONE]);
}

async function describe(): Promise<string> {
  const inspected = await output(["docker", "image", "inspect", "--format={{json .}}", IMAGE]);
  const faults = imageFaults(JSON.parse(inspected), REVISION);
  require(faults.length === 0, faults.join("; "));
  const run = ["docker", "run", "--rm", IMAGE, "version", "--json"] as const;
  const said = JSON.parse(await output(run));
  require(said.version === VERSION, `The program says version ${said.version}`);
  require(said.revision === REVISION, `The program says revision ${said.revision}`);
  return await imageSize(IMAGE);
}

async function refuseWithoutKey(): Promise<void> {
  const { code, stderr } = await end(["docker", "run", "--rm", IMAGE]);
  require(code === 2 && stderr.includes("SYNAPSE_API_KEY"), `It ended with ${code}: ${stderr}`);
}

async function start(client: Client): Promise<string> {
  const begun = systemClock.monotonic();
  await output([
    ...["docker", "run", "--detach", "--name", ALONE, "--init", "--read-only", "--tmpfs", "/tmp"],
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--publish", "8000:8000"],
    ...["--env", `SYNAPSE_API_KEY=${API_KEY}`, "--volume", `${ALONE}:/app/data`, IMAGE],
  ] as unknown as ["docker"]);
  await untilAnswers(client);
  return `answers ${Math.round(systemClock.monotonic() - begun)} ms after docker run`;
}

async function untilAnswers(client: Client): Promise<void> {
  const end = systemClock.monotonic() + HEALTHY_SECONDS * 1000;
  for (;;) {
    const response = await client.send("GET", "/health").catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    require(systemClock.monotonic() < end, `No answer in ${HEALTHY_SECONDS} s`);
    await systemClock.sleep(25);
  }
}

async function checkProcesses(): Promise<string> {
  const text = await inside("cat /proc/[0-9]*/status");
  const names = [...text.matchAll(/^Name:\t(.*)$/gm)].map(([, name]) => name);
  require(names.includes("deno"), `Found only ${names}`);
  for (const [key, wanted] of Object.entries(STATUS)) {
    const values = [...text.matchAll(new RegExp(`^${key}:\\t(.*)$`, "gm"))].map(([, value]) =>
      value!
    );
    require(values.length === names.length, `Found ${key} ${values.length} times`);
    for (const value of values) require(wanted.test(value), `A process has ${key} ${value}`);
  }
  return names.join(", ");
}

async function checkPlaces(): Promise<void> {
  for (const place of ["/app/data", "/app/logs", "/tmp"]) {
    await inside(`touch ${place}/probe && rm ${place}/probe`);
  }
  for (
    const place of [
      "/app",
      "/app/config",
      "/app/skills",
      "/app/backups",
      "/usr/local/bin",
      "/etc",
      "/var/tmp",
    ]
  ) {
    const { code } = await end(["docker", "exec", ALONE, "sh", "-c", `touch ${place}/probe`]);
    require(code !== 0, `${place} can be written`);
  }
  // Not the file system but Deno says no: the file is there, and everybody may read it.
  const read = ["synapse", "config", "check", "--config", "/etc/passwd"] as const;
  const { code, stderr } = await end(["docker", "exec", ALONE, ...read]);
  require(code !== 0 && stderr.includes("Requires read access"), `Read of /etc: ${stderr}`);
}

async function untilHealthy(): Promise<string> {
  const end = systemClock.monotonic() + HEALTHY_SECONDS * 1000;
  for (;;) {
    const health = await output(["docker", "inspect", "--format={{.State.Health.Status}}", ALONE]);
    if (health === "healthy") break;
    require(systemClock.monotonic() < end, `It is ${health} after ${HEALTHY_SECONDS} s`);
    await systemClock.sleep(500);
  }
  const usage = ["docker", "stats", "--no-stream", "--format={{.MemUsage}}", ALONE] as const;
  return `memory ${(await output(usage)).split(" / ")[0]}`;
}

async function stop(): Promise<string> {
  const begun = systemClock.monotonic();
  await output(["docker", "stop", ALONE]);
  const ms = Math.round(systemClock.monotonic() - begun);
  const code = await output(["docker", "inspect", "--format={{.State.ExitCode}}", ALONE]);
  require(code === "0", `It ended with ${code}`);
  return `${ms} ms`;
}

function inside(script: string): Promise<string> {
  return output(["docker", "exec", ALONE, "sh", "-c", script]);
}
