/**
 * Test support: a file system so small that it can be filled. Only root may make one.
 *
 * @module
 */

/** A mounted file system. Dispose of it to unmount and forget it. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one of that many KiB, or says by null that this process may not. */
  static async mount(kib: number): Promise<SmallDisk | null> {
    const path = await Deno.makeTempDir({ prefix: "synapse_disk_" });
    if (await run("mount", "-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", path)) {
      return new SmallDisk(path);
    }
    await Deno.remove(path);
    return null;
  }

  /** Fills it to the last byte. */
  async fill(): Promise<void> {
    using file = await Deno.open(this.#ballast, { create: true, append: true });
    // Ever smaller pieces, so that nothing is left over.
    for (let bytes = new Uint8Array(65_536); bytes.length > 0;) {
      try {
        await file.write(bytes);
      } catch {
        bytes = bytes.subarray(0, bytes.length >> 1);
      }
    }
  }

  /** Takes away what filled it. */
  async free(): Promise<void> {
    await Deno.remove(this.#ballast);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", this.path);
    await Deno.remove(this.path);
  }

  get #ballast(): string {
    return `${this.path}/ballast`;
  }
}

/** Runs a program; whether it did what it should. */
async function run(program: string, ...args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: [...args] }).output()).success;
  } catch (error) {
    // There is no such program, or it may not be run.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return false;
    }
    throw error;
  }
}
