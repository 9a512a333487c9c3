/**
 * The commands of the program as an operator gives them.
 *
 * @module
 */
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { Manifest } from "../../../runtime/backup/manifest.ts";
import type { Member } from "../../../runtime/e2e/cluster/member.ts";
import type { Site } from "../../../runtime/e2e/site.ts";
import { require } from "../rehearsal_error.ts";

/** A backup, as the program tells of it. */
export interface ToldBackup {
  readonly path: string;
  readonly manifest: Manifest;
}

/** A key pair; the private key is in a file. */
export interface KeyPair {
  readonly recipient: string;
  readonly file: string;
}

/** Makes a key pair. */
export async function makeKeys(folder: string, name: string): Promise<KeyPair> {
  const identity = await generateX25519Identity();
  const file = `${folder}/${name}.key`;
  await Deno.writeTextFile(file, `${identity}\n`, { mode: 0o600 });
  return { recipient: await identityToRecipient(identity), file };
}

/** Runs a command with the configuration of a node. @returns what it prints */
export async function command(
  site: Site,
  { env }: Pick<Member, "env">,
  ...args: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await site.run(args, { env });
  require(code === 0, `${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout.trim();
}

/** Runs a command that must fail, with that code of an error. */
export async function refusal(
  site: Site,
  { env }: Pick<Member, "env">,
  code: string,
  ...args: readonly string[]
): Promise<void> {
  const { stderr } = await site.run([...args, "--json"], { env });
  require(stderr.includes(`"code":"${code}"`), `${args.join(" ")} was not refused: ${stderr}`);
}

/** Makes an encrypted backup. */
export async function backUp(
  site: Site,
  member: Pick<Member, "env">,
  { recipient }: KeyPair,
): Promise<ToldBackup> {
  const args = ["--to", `${site.root}/backups`, "--recipient", recipient, "--json"];
  return JSON.parse(await command(site, member, "backup", ...args));
}

/** How much a backup has, in words. */
export function told({ manifest: { point, files } }: ToldBackup): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${point.events} events of ${point.actors} actors in ${bytes} bytes, ` +
    `stated point ${new Date(point.taken_at).toISOString()}`;
}
