/**
 * Where a node keeps its journal when nobody says where.
 *
 * @module
 */
import { join } from "node:path";

/** The journal's file in a data folder. */
export function journalPath({ data_dir }: { readonly data_dir: string }): string {
  return join(data_dir, "synapse.db");
}
