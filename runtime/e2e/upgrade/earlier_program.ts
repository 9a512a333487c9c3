/**
 * Test support: the program as it was at an earlier commit, unpacked from the history of this repository
 * into a temporary folder.
 *
 * Needs permission to run git and tar.
 *
 * @module
 */
import { launchArguments, ROOT } from "../program.ts";

/** Where the journal's schema is. */
const MIGRATIONS = "runtime/journal/migrations";

/** There is no such program. The message says what to do about it; a stack would not help. */
export class NoEarlierProgram extends Error {
  override readonly name = "NoEarlierProgram";
}

/** How an earlier program is chosen. */
export interface EarlierProgramOptions {
  /** A commit, branch or tag; null: see {@link defaultRef}. */
  readonly ref: string | null;
  /** The repository's folder; this one's unless given. */
  readonly repository?: string;
}

/** An earlier program. Dispose of it to delete it. */
export class EarlierProgram implements AsyncDisposable {
  /** How it was named, and the commit that this is. */
  readonly ref: string;
  readonly commit: string;
  /** Its sources. */
  readonly root: string;

  private constructor({ ref, commit, root }: Pick<EarlierProgram, "ref" | "commit" | "root">) {
    [this.ref, this.commit, this.root] = [ref, commit, root];
  }

  /**
   * Unpacks one.
   *
   * @throws {NoEarlierProgram} if there is no history, or nothing of that name in it
   */
  static async unpack(
    { ref, repository = ROOT }: EarlierProgramOptions,
  ): Promise<EarlierProgram> {
    await requireHistory(repository);
    const name = ref ?? await defaultRef(repository);
    const commit = await git(repository, "rev-parse", "--verify", `${name}^{commit}`).catch(() => {
      throw new NoEarlierProgram(
        `${name} is no commit of this history, wanted a commit, branch or tag; ` +
          "a shallow clone lacks the earlier ones (git fetch --unshallow --tags)",
      );
    });
    const root = await Deno.makeTempDir({ prefix: "synapse_earlier_" });
    const program = new EarlierProgram({ ref: name, commit, root });
    await using undo = new AsyncDisposableStack();
    undo.use(program);
    await git(repository, "archive", "--format=tar", `--output=${root}/sources.tar`, commit);
    await run(root, "tar", ["-xf", "sources.tar"]);
    await Deno.remove(`${root}/sources.tar`);
    undo.move();
    return program;
  }

  /** Arguments of `deno` that run it. */
  get launch(): readonly string[] {
    return launchArguments("runtime/main.ts", this.root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** @throws {NoEarlierProgram} */
async function requireHistory(repository: string): Promise<void> {
  const found = await git(repository, "rev-parse", "--show-toplevel").catch((error) => error);
  const here = await Deno.realPath(repository);
  if (found === here) return;
  const why = found instanceof NoEarlierProgram ? found.message : `it is part of ${found}`;
  throw new NoEarlierProgram(
    `There is no git history of Synapse in ${here} (${why}). An upgrade is rehearsed from an earlier ` +
      "commit, so run it in a clone of the repository",
  );
}

/** The last release; before there is one, the newest commit whose journal had another schema. */
async function defaultRef(repository: string): Promise<string> {
  const tag = await git(repository, "describe", "--tags", "--abbrev=0").catch(() => null);
  if (tag !== null) return tag;
  if (await git(repository, "status", "--porcelain", "--", MIGRATIONS) !== "") return "HEAD";
  return `${await git(repository, "log", "-1", "--format=%h", "--", MIGRATIONS)}^`;
}

function git(repository: string, ...args: string[]): Promise<string> {
  return run(repository, "git", args);
}

/** Runs a command and returns what it prints. @throws {NoEarlierProgram} with what it says is wrong */
async function run(cwd: string, command: string, args: readonly string[]): Promise<string> {
  const decoder = new TextDecoder();
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd })
      .output();
    if (success) return decoder.decode(stdout).trim();
    throw new NoEarlierProgram(decoder.decode(stderr).trim());
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new NoEarlierProgram(`${command} is not installed`);
  }
}
