/**
 * What a backup says of itself: who wrote it, what state of the store it holds, and how to tell that
 * its files are whole.
 *
 * @module
 */
import { z } from "zod";
import { SynapseError } from "../errors.ts";

/** The version of the layout of a backup's folder. A program reads the one it knows. */
export const BACKUP_FORMAT = 1;

/** The manifest's file in a backup's folder. Written last. */
export const MANIFEST_FILE = "manifest.json";

const count = z.int().min(0);

const pointSchema = z.strictObject({
  /** Everything acknowledged before is in the backup. Milliseconds by the clock of the store. */
  taken_at: count,
  /** The newest commit in it, in milliseconds; null for a store without any. */
  last_commit_at: count.nullable(),
  actors: count,
  events: count,
  /** Commands accepted and not yet handled. */
  waiting: count,
  partitions: z.array(z.strictObject({ partition: count, actors: count, events: count })),
});

const digestSchema = z.strictObject({
  /** 64 hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: count,
});

const fileSchema = digestSchema.extend({
  name: z.string().regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/),
  /** Of an encrypted file, whose name ends in `.age`: what it was before. */
  plain: digestSchema.optional(),
});

const manifestSchema = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  /** The version of the program that wrote it. */
  synapse: z.string(),
  store: z.enum(["sqlite", "postgres"]),
  /** Of a database: the schema that its tables are in. It is restored under the same name. */
  db_schema: z.string().nullable(),
  /** The newest migration that the journal has. */
  schema: count,
  point: pointSchema,
  /** Whether the index of memory is in it; why not, otherwise. It can be built anew from the journal. */
  memory: z.enum(["included", "none", "in_use", "left_out"]),
  /** Of an index that came from a Qdrant: its version, and the collection, which is restored under its name. */
  qdrant: z.strictObject({ version: z.string(), collection: z.string() }).nullable(),
  /** The public keys that it is encrypted to; none: it is not encrypted. */
  recipients: z.array(z.string()),
  files: z.array(fileSchema),
});

/** What of the store a backup holds. */
export type BackupPoint = z.infer<typeof pointSchema>;

/** One file of a backup. */
export type BackupFile = z.infer<typeof fileSchema>;

/** All that a backup says of itself. */
export type Manifest = z.infer<typeof manifestSchema>;

/** A manifest as text. */
export function formatManifest(manifest: Manifest): string {
  return JSON.stringify(manifest, null, 2) + "\n";
}

/**
 * Reads a manifest.
 *
 * @param path for the message
 * @throws {SynapseError} `backup_invalid` if it is none, or of a format that this program does not know
 */
export function parseManifest(text: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SynapseError("backup_invalid", `${path} is no JSON`, { cause });
  }
  const { success, data: said } = z.looseObject({ format: z.number() }).safeParse(value);
  if (success && said.format !== BACKUP_FORMAT) {
    const message =
      `${path} has format ${said.format}, this program knows ${BACKUP_FORMAT}: run the Synapse that wrote it`;
    throw new SynapseError("backup_invalid", message, { data: { format: said.format } });
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "manifest";
  throw new SynapseError("backup_invalid", `${path} is no manifest: ${where}: ${issue?.message}`);
}

/** The parts of a point that must be found again after a restore, as one text for comparing. */
export function samePoint(a: BackupPoint, b: BackupPoint): boolean {
  const text = ({ taken_at: _, ...found }: BackupPoint) => JSON.stringify(found);
  return text(a) === text(b);
}
