/**
 * `deno task rehearse:docker`: the image and the whole of docker-compose.yml on a real Docker Engine.
 * Prints what held; ends with 1 at the first that did not.
 *
 * Without options it starts an engine of its own, in a network of its own, and makes the vendors' images
 * out of Debian's packages: Qdrant is a stand-in, unless `--qdrant` names its program; Grafana is left
 * out. That needs root on Debian, and
 * `apt-get install docker.io debootstrap slirp4netns iproute2 iptables`. Nothing is left behind.
 *
 * `--engine unix:///var/run/docker.sock` has it on an engine that runs, with the vendors' images, all of
 * them. The ports of docker-compose.yml have to be free on it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { endProgram } from "../../.ci/services/end_program.ts";
import { Interruption } from "../../.ci/services/interruption.ts";
import { ServiceError } from "../../.ci/services/service_error.ts";
import { end, type Words } from "./command.ts";
import { ALONE } from "./docker/image_checks.ts";
import { unmet } from "./docker/rehearsal.ts";
import { PrivateEngine } from "./docker/private_engine.ts";
import { debianMirror, ensureCompose } from "./docker/debian.ts";
import { requireNoObstacle } from "./rehearsal.ts";
import { RehearsalError } from "./rehearsal_error.ts";
import { PROJECT } from "./docker/stack.ts";

const MAIN = fileURLToPath(new URL("docker/main.ts", import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const { values: { engine, qdrant } } = parseArgs({
    args: [...args],
    options: { engine: { type: "string" }, qdrant: { type: "string" } },
  });
  if (engine !== undefined && qdrant !== undefined) {
    throw new RehearsalError("--qdrant is for an engine of our own, wanted without --engine");
  }
  using interruption = new Interruption();
  const folder = await Deno.makeTempDir({ prefix: "synapse_docker_" });
  try {
    return engine === undefined
      ? await onPrivateEngine(interruption, folder, qdrant)
      : await onEngine(interruption, folder, engine);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function onPrivateEngine(
  interruption: Interruption,
  folder: string,
  qdrant?: string,
): Promise<number> {
  await requireNoObstacle({ obstacle: unmet });
  const dockerConfig = `${folder}/docker_config`;
  await ensureCompose({ folder: `${folder}/compose`, dockerConfig, mirror: await debianMirror() });
  interruption.check();
  await using engine = await PrivateEngine.start(folder);
  const [program, ...words] = engine.inside(
    ...steps(folder, "--stand_ins", ...qdrant === undefined ? [] : [`--qdrant=${qdrant}`]),
  );
  const env = { DOCKER_HOST: engine.host, DOCKER_CONFIG: dockerConfig };
  return await interruption.run(program, words, { env });
}

async function onEngine(
  interruption: Interruption,
  folder: string,
  host: string,
): Promise<number> {
  const env = { DOCKER_HOST: host };
  const [program, ...words] = steps(folder);
  try {
    return await interruption.run(program, words, { env });
  } finally {
    const clearing: readonly Words[] = [
      ["docker", "compose", `--project-name=${PROJECT}`, "down", "--volumes", "--remove-orphans"],
      ["docker", "rm", "--force", ALONE],
      ["docker", "volume", "rm", "--force", ALONE],
    ];
    for (const command of clearing) await end(command, { env });
  }
}

function steps(folder: string, ...more: readonly string[]): Words {
  return [Deno.execPath(), "run", "--no-prompt", "-P=test", MAIN, `--folder=${folder}`, ...more];
}

if (import.meta.main) {
  await endProgram(async (args) => {
    try {
      return await main(args);
    } catch (error) {
      if (!(error instanceof RehearsalError)) throw error;
      throw new ServiceError(error.message, { cause: error });
    }
  });
}
