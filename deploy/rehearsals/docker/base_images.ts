/**
 * Images that others begin with, made of Debian's packages where no registry is reached.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { output, type Words } from "../command.ts";

/** What Debian leaves out of its slim images. */
const LEFT_OUT = [
  "./usr/share/doc/*",
  "./usr/share/info/*",
  "./usr/share/locale/*",
  "./usr/share/man/*",
  "./var/cache/apt/*",
  "./var/lib/apt/lists/*",
];

/** In namespaces of its own, so that what it starts and mounts ends with it, however it ends. */
const BY_ITSELF = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];

/** The release that the images are made of. */
export const SUITE = "bookworm";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Makes `debian:bookworm-slim` with debootstrap, and `denoland/deno:bin-…` with the Deno that runs this.
 * Needs root.
 *
 * @param folder to work in
 */
export async function makeBaseImages(folder: string, mirror: string): Promise<string> {
  const debian = `${folder}/${SUITE}`;
  const command = [...await deathSignalPrefix("SIGKILL"), ...BY_ITSELF, "debootstrap"];
  const args = ["--variant=minbase", SUITE, debian, mirror];
  await output([...command, ...args] as unknown as Words, { seconds: 600 });
  const excluded = LEFT_OUT.map((pattern) => `--exclude='${pattern}'`).join(" ");
  await importImage(`tar -C '${debian}' ${excluded} -c .`, `debian:${SUITE}-slim`, "CMD bash");
  await Deno.remove(debian, { recursive: true });
  await Deno.mkdir(`${folder}/deno`);
  await Deno.copyFile(Deno.execPath(), `${folder}/deno/deno`);
  const name = `denoland/deno:bin-${Deno.version.deno}`;
  await importImage(`tar -C '${folder}/deno' -c deno`, name, 'ENTRYPOINT ["/deno"]');
  const sizes = await Promise.all([`debian:${SUITE}-slim`, name].map(imageSize));
  return sizes.join(", ");
}

/**
 * Puts what the stand-ins are built of into a folder.
 *
 * @param qdrant the program of a real Qdrant, if there is one
 */
export async function prepareStandIns(folder: string, qdrant: string | null): Promise<void> {
  const sources = fileURLToPath(new URL("stand_ins/", import.meta.url));
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(sources)) {
    await Deno.copyFile(sources + name, `${folder}/${name}`);
  }
  if (qdrant !== null) return await Deno.copyFile(qdrant, `${folder}/qdrant`);
  const main = "runtime/memory/qdrant/stand_in/main.ts";
  const args = ["bundle", "--quiet", "--platform", "deno", "-o", `${folder}/qdrant.js`, main];
  await output([Deno.execPath(), ...args], { cwd: ROOT });
}

/** An image's name and size, as a person reads it. */
export async function imageSize(name: string): Promise<string> {
  const bytes = await output(["docker", "image", "inspect", "--format={{.Size}}", name]);
  return `${name} ${Math.round(Number(bytes) / 1e6)} MB`;
}

async function importImage(archive: string, name: string, change: string): Promise<void> {
  await output(["sh", "-c", `${archive} | docker import --change='${change}' - '${name}'`]);
}
