/**
 * The lock that one process has on a journal's file: on a file beside it, kept by the operating system,
 * so that it ends with the process however that ends. The process id in it is for people.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { errorMessage, SynapseError } from "../../errors.ts";
import { refusal } from "../../refusal.ts";
import { JournalUnavailable } from "../port.ts";

/** How often a lock is tried before it counts as taken. */
const TRIES_MAX = 5;

/** The time between two tries, in milliseconds; a look takes less than one. */
const BETWEEN_MS = 10;

/** Who has a lock. `pid`: as its process counts itself; null if it has not said so yet. */
export interface LockHolder {
  readonly pid: string | null;
}

/**
 * Takes the lock of a journal's file. It is given back by closing the file that is returned.
 *
 * @throws {SynapseError} `journal_in_use` naming the process that has it
 * @throws {JournalUnavailable} if the lock's file cannot be used
 */
export async function takeLock(journal: string): Promise<Deno.FsFile> {
  const path = lockPath(journal);
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { create: true, read: true, write: true });
  } catch (error) {
    // Whoever may only look at another user's lock is told first that it is taken.
    const holder = await lockHolder(journal).catch(() => null);
    if (holder !== null) throw inUse(journal, holder);
    throw lockFault(journal, error);
  }
  using resources = new DisposableStack();
  resources.use(file);
  try {
    if (!await lockSoon(file)) throw inUse(journal, await holderIn(path));
    await file.truncate(0);
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    throw error instanceof SynapseError ? error : lockFault(journal, error);
  }
  resources.move();
  return file;
}

/** Whether it could be locked. Somebody may just be looking at it. */
async function lockSoon(file: Deno.FsFile): Promise<boolean> {
  for (let tries = 1; !await file.tryLock(true); tries++) {
    if (tries === TRIES_MAX) return false;
    await systemClock.sleep(BETWEEN_MS);
  }
  return true;
}

/**
 * Who has the lock; null when nobody has. Others may look at the same time; {@link takeLock} waits for
 * one who looks.
 *
 * @throws {JournalUnavailable} if the lock's file is there and cannot be read
 */
export async function lockHolder(journal: string): Promise<LockHolder | null> {
  const path = lockPath(journal);
  try {
    using file = await Deno.open(path, { read: true });
    return await file.tryLock(false) ? null : await holderIn(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw lockFault(journal, error);
  }
}

/** As people read it. */
export function holderName({ pid }: LockHolder): string {
  return pid === null ? "another process" : `process ${pid}`;
}

function lockPath(journal: string): string {
  return `${journal}.lock`;
}

async function holderIn(path: string): Promise<LockHolder> {
  const [pid = null] = /^\d+$/.exec((await Deno.readTextFile(path)).trim()) ?? [];
  return { pid };
}

function inUse(journal: string, holder: LockHolder): SynapseError {
  const message = `Journal ${journal} is in use by ${holderName(holder)}: ` +
    "stop it, or name another place in DATABASE_URL if that is set, else in SYNAPSE_DATA_DIR";
  return new SynapseError("journal_in_use", message, { data: { pid: holder.pid } });
}

function lockFault(journal: string, cause: unknown): JournalUnavailable {
  const reason = refusal(cause) ?? errorMessage(cause);
  const message = `Journal lock ${lockPath(journal)} cannot be used: ${reason}`;
  return new JournalUnavailable(message, { rolled_back: true, cause });
}
