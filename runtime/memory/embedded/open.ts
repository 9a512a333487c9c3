/**
 * The index in one SQLite file, for one process: terms by FTS5, vectors by an exact scan.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { SynapseError } from "../../errors.ts";
import { openSqlite, type UnavailableError } from "../../sqlite/connection.ts";
import type { Embedder, Memory } from "../port.ts";
import { EmbeddedMemory } from "./embedded_memory.ts";
import { ItemRows } from "./item_rows.ts";
import { migrateMemory } from "./migrate.ts";
import { Spaces } from "./spaces.ts";
import { TermIndex } from "./term_index.ts";
import { Vectors } from "./vectors.ts";

/** What vectors may take in memory unless said otherwise: 512 MiB, 350,000 of 384 dimensions. */
const VECTOR_BYTES_MAX = 512 * 2 ** 20;

/** How the index is opened. */
export interface EmbeddedMemoryOptions {
  /** The file; it is made if there is none. */
  readonly path: string;
  /** Null: items are found by words only. */
  readonly embedder: Embedder | null;
  readonly clock: Pick<Clock, "yield">;
  /** `full`: what was remembered survives a power failure. `normal`: only the loss of the process. */
  readonly synchronous: "full" | "normal";
  /** Bytes that vectors may take in memory; a tenant's whole table beyond it is let go and read again. */
  readonly vector_bytes_max?: number;
  /** Further PRAGMA settings. */
  readonly pragmas?: readonly string[];
}

/**
 * Opens the index. Spaces that an earlier process left half built are removed.
 *
 * An index that was built by another embedding model is opened all the same, so that it can be built
 * anew: until then `check`, `remember` and `recall` say so.
 *
 * @throws {SynapseError} `memory_unavailable` if the file cannot be used
 */
export async function openEmbeddedMemory(options: EmbeddedMemoryOptions): Promise<Memory> {
  const { path, embedder, clock, synchronous, pragmas = [] } = options;
  // The tables in memory would not learn of another process's changes: the file is ours alone.
  const own = ["locking_mode = EXCLUSIVE", "cache_size = -16000", ...pragmas];
  using resources = new DisposableStack();
  const db = openSqlite({ path, synchronous, pragmas: own }, unavailable);
  resources.defer(() => db.close());
  migrateMemory(db, path);
  const memory = new EmbeddedMemory({
    parts: {
      db,
      spaces: new Spaces(db, embedder),
      items: new ItemRows(db),
      terms: new TermIndex(db),
      vectors: new Vectors(db, options.vector_bytes_max ?? VECTOR_BYTES_MAX),
    },
    embedder,
    clock,
    carrier: `SQLite file ${path}`,
  });
  await memory.recover();
  resources.move();
  return memory;
}

const unavailable: UnavailableError = ({ path, reason, cause }) =>
  new SynapseError("memory_unavailable", `Memory ${path} cannot be used: ${reason}`, { cause });
