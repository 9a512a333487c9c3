/**
 * What an image is: its size, its user, and what its labels say.
 *
 * @module
 */
import { z } from "zod";
import { VERSION } from "../../../runtime/version.ts";

/**
 * What it may have, in MB of files: little more than it has now. Whoever needs more says why, and changes
 * this.
 */
const MB_MAX = 200;

const BYTES_PER_MB = 1e6;

const LABELS = "org.opencontainers.image.";

const imageSchema = z.object({
  Size: z.number(),
  Config: z.object({ User: z.string(), Labels: z.record(z.string(), z.string()).nullish() }),
});

/** What is wrong with an image; nothing if it is what it has to be. */
export function imageFaults(inspected: unknown, revision: string): string[] {
  const { Size, Config: { User, Labels } } = imageSchema.parse(inspected);
  const wanted = {
    title: /^Synapse$/,
    description: /\w/,
    licenses: /^MIT$/,
    version: new RegExp(`^${RegExp.escape(VERSION)}$`),
    revision: new RegExp(`^${RegExp.escape(revision)}$`),
  };
  const faults: string[] = [];
  if (User !== "1000:1000") faults.push(`User is ${User}`);
  const mb = Math.round(Size / BYTES_PER_MB);
  if (mb > MB_MAX) faults.push(`It has ${mb} MB, at most are wanted ${MB_MAX}`);
  for (const [name, pattern] of Object.entries(wanted)) {
    const value = Labels?.[LABELS + name];
    if (!pattern.test(value ?? "")) faults.push(`Label ${name} is ${value ?? "missing"}`);
  }
  return faults;
}
