/**
 * What of Docker is not on this machine, out of Debian's packages.
 *
 * @module
 */
import { end, output, type Words } from "../command.ts";

/** The release of Debian that has Compose 2; the one before has 1.29. */
const COMPOSE_SUITE = "trixie";

/**
 * Puts Compose 2 into the folder of Docker's plugins where the command line has none. It is taken out of
 * Debian's package; nothing is installed.
 *
 * @param folder for packages and lists
 * @param dockerConfig what `DOCKER_CONFIG` names
 */
export async function ensureCompose(
  { folder, dockerConfig, mirror }: {
    readonly folder: string;
    readonly dockerConfig: string;
    readonly mirror: string;
  },
): Promise<string> {
  const version: Words = ["docker", "compose", "version", "--short"];
  const env = { DOCKER_CONFIG: dockerConfig };
  const present = await end(version, { env });
  if (present.code === 0 && /^v?[2-9]/.test(present.stdout)) return present.stdout.trim();
  for (const name of ["etc", "lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const source = `deb [signed-by=${keys}] ${mirror} ${COMPOSE_SUITE} main\n`;
  await Deno.writeTextFile(`${folder}/etc/sources.list`, source);
  const apt = (...args: string[]): Words => [
    "apt-get",
    `--option=Dir::Etc::sourcelist=${folder}/etc/sources.list`,
    "--option=Dir::Etc::sourceparts=-",
    `--option=Dir::State::lists=${folder}/lists`,
    `--option=Dir::Cache=${folder}/cache`,
    "--option=APT::Sandbox::User=root",
    ...args,
  ];
  await output(apt("update"));
  await output(apt("download", "docker-compose"), { cwd: folder });
  await output(["sh", "-c", `dpkg-deb -x docker-compose_*.deb unpacked`], { cwd: folder });
  await Deno.mkdir(`${dockerConfig}/cli-plugins`, { recursive: true });
  await Deno.rename(
    `${folder}/unpacked/usr/libexec/docker/cli-plugins/docker-compose`,
    `${dockerConfig}/cli-plugins/docker-compose`,
  );
  return await output(version, { env });
}

/** Where this machine gets Debian's packages from; Debian's own place where it does not say. */
export async function debianMirror(): Promise<string> {
  const args =
    "grep -rhoE 'https?://[^ ]+/debian/? *$|https?://[^ ]+/debian/? ' /etc/apt/sources.list*";
  const [first] = (await end(["sh", "-c", args])).stdout.trim().split(/\s+/);
  return first || "http://deb.debian.org/debian";
}
