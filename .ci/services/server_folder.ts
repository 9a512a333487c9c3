/**
 * Where a server keeps its data.
 *
 * @module
 */
import { type Account, serverAccount } from "./account.ts";

/** Where a server may write, and who it is. */
export interface ServerFolder {
  readonly folder: string;
  readonly account: Account | null;
}

/** Makes a temporary folder that belongs to the account servers run under. */
export async function makeServerFolder(service: string): Promise<ServerFolder> {
  const account = await serverAccount();
  const folder = await Deno.makeTempDir({ prefix: `synapse-${service.toLowerCase()}-` });
  if (account !== null) await Deno.chown(folder, account.uid, account.gid);
  return { folder, account };
}
