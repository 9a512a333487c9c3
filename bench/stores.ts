/**
 * The stores that the turns are measured on, each with the bare rate of what it is made of: one row,
 * one transaction, one after the other.
 *
 * @module
 */
import postgres from "postgres";
import { startPostgres } from "../.ci/services/postgres.ts";
import { openConnection } from "../runtime/journal/sqlite/connection.ts";
import { round } from "../runtime/capacity/turns.ts";
import { benchFolder } from "./bench_engine.ts";
import { processorMs } from "./process_figures.ts";

/** A store under measurement. */
export interface Store extends AsyncDisposable {
  /** What the engine is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** One-row transactions in a second, one after the other. */
  rawCommits(): Promise<number>;
  /** How far its log has been written, in bytes; null where that is not known. */
  logBytes(): Promise<number | null>;
  /** Processor time that it used outside this process, in milliseconds. */
  cpuMs(): Promise<number>;
}

/** Which there are. */
export const STORES = { sqlite: openSqlite, postgres: openPostgres } as const;

const ROWS = 1000;
const PAYLOAD = "x".repeat(500);

async function rate(insert: () => unknown): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < ROWS; i++) await insert();
  return round(ROWS / ((performance.now() - start) / 1000));
}

function openSqlite(): Promise<Store> {
  return Promise.resolve({
    env: {},
    rawCommits: async () => {
      await using folder = await benchFolder();
      const db = openConnection({ path: `${folder.path}/raw.db`, synchronous: "full" });
      db.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, payload TEXT)");
      const insert = db.prepare("INSERT INTO rows (payload) VALUES (?)");
      const found = await rate(() => db.transaction(() => insert.run(PAYLOAD)));
      db.close();
      return found;
    },
    logBytes: () => Promise.resolve(null),
    cpuMs: () => Promise.resolve(0),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/** A Postgres of its own, as it ships but for its memory: its commits wait for the disk. */
async function openPostgres(): Promise<Store> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(
    await startPostgres({
      settings: {
        fsync: "on",
        full_page_writes: "on",
        shared_buffers: "4GB",
        max_wal_size: "4GB",
        track_wal_io_timing: "off",
      },
    }),
  );
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  opened.defer(() => sql.end());
  const owned = opened.move();
  return {
    env: { DATABASE_URL: server.url },
    rawCommits: async () => {
      await sql`CREATE TABLE raw_rows (id bigserial PRIMARY KEY, payload text)`;
      const found = await rate(() => sql`INSERT INTO raw_rows (payload) VALUES (${PAYLOAD})`);
      await sql`DROP TABLE raw_rows`;
      return found;
    },
    logBytes: async () => {
      const [row] = await sql`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes`;
      return Number(row?.["bytes"]);
    },
    cpuMs: () => processorMs(server.pid ?? 0),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
