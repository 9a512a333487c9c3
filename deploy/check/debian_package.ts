/**
 * Debian's packages, unpacked and not installed: nobody has to be root, and no service starts.
 *
 * @module
 */
import { dirname } from "node:path";
import { systemClock } from "../../runtime/clock.ts";
import { end, output, type Words } from "../rehearsals/command.ts";
import { RehearsalError } from "../rehearsals/rehearsal_error.ts";

/** How many seconds are left. */
export type Deadline = () => number;

/** How often to look whether another process is done. */
const POLL_MS = 200;

/** Documentation and pictures are most of what packages hold, and no program here needs them. */
const UNPACK = `for file in *.deb; do
  dpkg-deb --fsys-tarfile "$file" | tar -xf - -C "$0" --exclude=./usr/share || exit 1
done`;

/**
 * A package with all that it needs and this machine does not have, in a folder that may be used at
 * once. What was unpacked before is used again.
 *
 * @param folder where packages are kept
 * @throws {RehearsalError} where it cannot be had, or not in time
 */
export async function unpackedPackage(
  name: string,
  folder: string,
  deadline: Deadline,
): Promise<string> {
  const place = `${folder}/${name}`;
  if (await exists(place)) return place;
  await Deno.mkdir(folder, { recursive: true });
  using _lock = await lock(`${folder}/lock`, deadline);
  // Another process may have fetched it meanwhile.
  if (!await exists(place)) await fetchPackage(name, place, deadline);
  return place;
}

/** The names in what `apt-get --simulate install` prints: all that would be installed. */
export function plannedPackages(printed: string): string[] {
  return [...printed.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name!);
}

/** Ends with the process that holds it, however that ends. */
async function lock(path: string, deadline: Deadline): Promise<Disposable> {
  const file = await Deno.open(path, { create: true, write: true });
  while (!await file.tryLock(true)) {
    if (deadline() === 0) {
      file.close();
      throw new RehearsalError("another process is fetching it still");
    }
    await systemClock.sleep(POLL_MS);
  }
  return file;
}

async function fetchPackage(name: string, place: string, deadline: Deadline): Promise<void> {
  // Beside its place: a rename is seen whole or not at all.
  const work = await Deno.makeTempDir({ dir: dirname(place), prefix: "fetching_" });
  try {
    for (const part of ["lists/partial", "cache/archives/partial", "packages", "root"]) {
      await Deno.mkdir(`${work}/${part}`, { recursive: true });
    }
    await download(name, work, deadline);
    const options = { cwd: `${work}/packages`, seconds: deadline() };
    await output(["sh", "-c", UNPACK, `${work}/root`], options);
    await Deno.rename(`${work}/root`, place);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** By the lists of this machine; where it has none, or they are out of date, by lists of our own. */
async function download(name: string, work: string, deadline: Deadline): Promise<void> {
  const own = [
    `--option=Dir::State::lists=${work}/lists`,
    `--option=Dir::Cache=${work}/cache`,
  ] as const;
  try {
    await downloadBy([], name, work, deadline);
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    await output(apt(...own, "update"), { seconds: deadline() });
    await downloadBy(own, name, work, deadline);
  }
}

async function downloadBy(
  lists: readonly string[],
  name: string,
  work: string,
  deadline: Deadline,
): Promise<void> {
  const plan = apt(...lists, "--simulate", "--no-install-recommends", "install", name);
  const { code, stdout, stderr } = await end(plan, { seconds: deadline() });
  const packages = plannedPackages(stdout);
  if (code !== 0) throw new RehearsalError(stderr.trim());
  // Installed already, and yet without its program.
  if (packages.length === 0) throw new RehearsalError(`${name} is installed already`);
  const options = { cwd: `${work}/packages`, seconds: deadline() };
  await output(apt(...lists, "download", ...packages), options);
}

/** Without locks, which are root's, and without the account that root would download under. */
function apt(...args: string[]): Words {
  return ["apt-get", "--option=Debug::NoLocking=1", "--option=APT::Sandbox::User=root", ...args];
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
