/**
 * Under which account a server runs. Postgres refuses to run as root.
 *
 * @module
 */
import { ServiceError } from "./service_error.ts";

/** An account of the system. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Accounts without rights, the best one first. */
const UNPRIVILEGED = ["postgres", "nobody"];

/** Finds the account that a server of root's is to run under, in the text of `/etc/passwd`. */
export function unprivilegedAccount(passwd: string): Account | null {
  const rows = passwd.split("\n").map((line) => line.split(":"));
  for (const name of UNPRIVILEGED) {
    const [, , uid, gid] = rows.find(([first]) => first === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/**
 * The account for servers started here; null when that is the present one.
 *
 * @throws ServiceError when root has no such account
 */
export async function serverAccount(): Promise<Account | null> {
  if (Deno.uid() !== 0) return null;
  const account = unprivilegedAccount(await Deno.readTextFile("/etc/passwd"));
  if (account !== null) return account;
  throw new ServiceError(
    `Cannot start servers as root: found no account ${UNPRIVILEGED.join(" or ")} to run them under`,
  );
}
