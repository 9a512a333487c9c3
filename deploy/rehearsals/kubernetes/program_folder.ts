/**
 * Where the programs of Kubernetes are. Debian has none, so Go builds them out of its modules.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { output } from "../command.ts";
import { has } from "../programs.ts";
import { RehearsalError } from "../rehearsal_error.ts";

/** Which Kubernetes; the modules that it is cut into have the same version with 0 in front. */
const VERSION = "1.36.3";

/** What is built. */
const PROGRAMS = ["kube-apiserver", "kube-controller-manager"] as const;

/** On two busy cores it took 23 minutes. */
const BUILD_SECONDS = 3600;

/**
 * The folder with the programs.
 *
 * @param given where somebody has them already
 * @throws {RehearsalError} if they are not there, or cannot be built
 */
export async function programFolder(given: string | undefined): Promise<string> {
  if (given !== undefined) {
    for (const program of PROGRAMS) {
      if (!await exists(`${given}/${program}`)) {
        throw new RehearsalError(`Found no ${program} in ${given}`);
      }
    }
    return await Deno.realPath(given);
  }
  const folder = fileURLToPath(new URL(`../../../dist/kubernetes-${VERSION}`, import.meta.url));
  if (!await exists(`${folder}/${PROGRAMS.at(-1)}`)) await build(folder);
  return folder;
}

async function build(folder: string): Promise<void> {
  if (!await has("go")) throw new RehearsalError("Found no Go to build Kubernetes with");
  console.log(`Building Kubernetes ${VERSION} into ${folder}, which takes a while`);
  const workspace = await Deno.makeTempDir({ prefix: "synapse_kubernetes_" });
  const run = (...args: [string, ...string[]]) =>
    output(args, { cwd: workspace, seconds: BUILD_SECONDS });
  try {
    const { Dir } = JSON.parse(
      await run("go", "mod", "download", "-json", `k8s.io/kubernetes@v${VERSION}`),
    );
    // It refers to its own modules by path; here they are those that were released with it.
    const parts = [...(await Deno.readTextFile(`${Dir}/go.mod`))
      .matchAll(/^\s*(k8s\.io\/[\w-]+) => \.\/staging/gm)].map(([, name]) => name);
    const version = VERSION.replace(/^1/, "v0");
    const imports = PROGRAMS.map((name) => `import _ "k8s.io/kubernetes/cmd/${name}/app"`);
    await Deno.writeTextFile(
      `${workspace}/go.mod`,
      `module rehearsal\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes v${VERSION}\n\n` +
        parts.map((name) => `replace ${name} => ${name} ${version}\n`).join(""),
    );
    await Deno.writeTextFile(
      `${workspace}/programs.go`,
      `package programs\n${imports.join("\n")}\n`,
    );
    await run("go", "mod", "tidy");
    const packages = PROGRAMS.map((name) => `k8s.io/kubernetes/cmd/${name}`);
    await run("nice", "-n", "19", "go", "build", "-o", `${folder}/`, ...packages);
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
