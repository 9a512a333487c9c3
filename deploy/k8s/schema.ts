/**
 * Whether objects are what Kubernetes 1.36 takes. Two views of its published schema, since neither sees
 * everything: the types of npm's kubernetes-models know every field and its type, as the API server
 * does with `--validate=strict`; its validators know formats, such as quantities, and enumerations.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Manifest, nameOf } from "./manifest.ts";

/** The versions that Kubernetes 1.36 and the operators serve, each with the package that has its schemas. */
const PACKAGES: Readonly<Record<string, string>> = {
  "v1": "kubernetes-models",
  "apps/v1": "kubernetes-models",
  "autoscaling/v2": "kubernetes-models",
  "batch/v1": "kubernetes-models",
  "networking.k8s.io/v1": "kubernetes-models",
  "policy/v1": "kubernetes-models",
  "external-secrets.io/v1": "@kubernetes-models/external-secrets",
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator",
};

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** A class of the package: it takes an object, and `validate` throws. */
type Model = new (data: unknown) => { validate(): void };

/**
 * What is wrong with each object, as lines that begin with its name.
 *
 * Needs permission to run Deno and to write to a temporary folder.
 */
export async function schemaFaults(manifests: readonly Manifest[]): Promise<string[]> {
  const found = await Promise.all(manifests.map(findModel));
  const unknown = manifests.filter((_, number) => found[number] === null)
    .map((manifest) => `${nameOf(manifest)}: ${manifest.apiVersion} has no such kind`);
  const known = manifests.filter((_, number) => found[number] !== null);
  return [
    ...unknown,
    ...manifests.flatMap((manifest, number) => valueFaults(manifest, found[number] ?? null)),
    ...await typeFaults(known),
  ];
}

/** The module of an object's kind: `kubernetes-models/apps/v1/Deployment`. */
function moduleOf({ apiVersion, kind }: Manifest): string | null {
  const name = PACKAGES[apiVersion];
  return name === undefined ? null : `${name}/${apiVersion}/${kind}`;
}

async function findModel(manifest: Manifest): Promise<Model | null> {
  const module = moduleOf(manifest);
  if (module === null) return null;
  try {
    const exported: Readonly<Record<string, Model>> = await import(module);
    return exported[manifest.kind] ?? null;
  } catch (error) {
    // The package has no such file. Whatever else is wrong is not the object's fault.
    if (error instanceof TypeError && /not found|not exported|Cannot find/i.test(error.message)) {
      return null;
    }
    throw error;
  }
}

function valueFaults(manifest: Manifest, model: Model | null): string[] {
  if (model === null) return [];
  try {
    new model(manifest).validate();
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [`${nameOf(manifest)}: ${error.message}`];
  }
}

/** Writes each object as a constant of its type, in a line of its own, and has Deno check them. */
async function typeFaults(manifests: readonly Manifest[]): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_manifests_" });
  try {
    const lines = manifests.map((manifest, number) =>
      `export const o${number}: import("${moduleOf(manifest)}").I${manifest.kind} = ` +
      `${JSON.stringify(manifest)};`
    );
    const file = `${folder}/manifests.ts`;
    await Deno.writeTextFile(file, lines.join("\n"));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", CONFIG, file],
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    return success ? [] : readFaults(new TextDecoder().decode(stderr), manifests);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The compiler's complaints, each with the object of its line. */
function readFaults(output: string, manifests: readonly Manifest[]): string[] {
  const complaints = output.matchAll(
    /^(?:error: )?TS\d+ \[ERROR\]: (.*)$[^]*?manifests\.ts:(\d+):/gm,
  );
  const faults = [...complaints].map(([, message, line]) =>
    `${nameOf(manifests[Number(line) - 1]!)}: ${message}`
  );
  return faults.length > 0 ? faults : [output];
}
