/**
 * Where the files of one backup go while it is written: as they are, or encrypted.
 *
 * @module
 */
import { join } from "node:path";
import { digesting, digestOf } from "./digest.ts";
import { readPieces, removeIfThere, syncToDisk, writeDurably } from "./durable_file.ts";
import type { Bytes, Conversion } from "./encryption.ts";
import type { BackupFile } from "./manifest.ts";

/** What the name of an encrypted file ends in, as `age` has it. */
export const ENCRYPTED = ".age";

/** What a place is made with. */
export interface BackupPlaceOptions {
  /** The backup's own folder. */
  readonly folder: string;
  /** Null: files stay as they are. */
  readonly encrypt: Conversion | null;
  /** Names the folders for what must not be in the backup's folder; the same for each backup to it. */
  readonly scratch: string;
}

/** The files of one backup. */
export class BackupPlace {
  readonly #options: BackupPlaceOptions;
  readonly #files: BackupFile[] = [];

  constructor(options: BackupPlaceOptions) {
    this.#options = options;
  }

  /** What is there, by name. */
  get files(): readonly BackupFile[] {
    return this.#files.toSorted((a, b) => a.name < b.name ? -1 : 1);
  }

  /** Keeps what a stream brings. */
  async put(name: string, bytes: Bytes): Promise<void> {
    const { folder, encrypt } = this.#options;
    const [plain, plainDigest] = digesting(bytes);
    if (encrypt === null) {
      await writeDurably(join(folder, name), plain);
      this.#files.push({ name, ...plainDigest() });
      return;
    }
    const stored = name + ENCRYPTED;
    const [sealed, sealedDigest] = digesting(await encrypt(plain));
    await writeDurably(join(folder, stored), sealed);
    this.#files.push({ name: stored, ...sealedDigest(), plain: plainDigest() });
  }

  /**
   * Keeps a file that can only be written under a path. If it is to be encrypted, it is written beside
   * `source` first, which is as secret: the backup's folder may be anywhere.
   *
   * @param source the file that is copied
   * @param write writes it; if it returns null there is none
   */
  async make<Result>(
    name: string,
    { source, write }: {
      readonly source: string;
      readonly write: (path: string) => Promise<Result | null>;
    },
  ): Promise<Result | null> {
    const { folder, encrypt, scratch } = this.#options;
    if (encrypt === null) return await this.#keep(name, folder, write);
    const beside = `${source}.${scratch}`;
    // One that was killed may have left it.
    await removeIfThere(beside);
    await Deno.mkdir(beside, { mode: 0o700 });
    try {
      const path = join(beside, name);
      const result = await write(path);
      if (result !== null) await this.put(name, await readPieces(path));
      return result;
    } finally {
      await removeIfThere(beside);
    }
  }

  async #keep<Result>(
    name: string,
    folder: string,
    write: (path: string) => Promise<Result | null>,
  ): Promise<Result | null> {
    const path = join(folder, name);
    const result = await write(path);
    if (result === null) {
      await removeIfThere(path);
      return null;
    }
    await Deno.chmod(path, 0o600);
    await syncToDisk(path);
    this.#files.push({ name, ...await digestOf(await readPieces(path)) });
    return result;
  }
}
