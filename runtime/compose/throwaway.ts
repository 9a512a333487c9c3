/**
 * A place of its own on the services that a configuration names, for trials: nothing in it meets what
 * is kept there, and all of it goes in the end.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Entropy } from "../entropy.ts";
import { withDatabase } from "./database.ts";

/** A configuration, and the place that it names. */
export interface Throwaway extends AsyncDisposable {
  readonly config: Config;
}

/** What the place is made with. */
export interface ThrowawayWorld {
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/**
 * Makes a place: a file beside the journal's own, or a schema of the same database; and keys of their
 * own in the same Redis.
 *
 * @throws {DatabaseFault} if the schema cannot be made
 */
export async function makeThrowaway(config: Config, world: ThrowawayWorld): Promise<Throwaway> {
  await using made = new AsyncDisposableStack();
  const name = world.entropy.id("bench");
  const journal = await makeJournal(config.journal, name, made);
  const redis = config.redis && makeNamespace(config.redis, name, made, world);
  const owned = made.move();
  return {
    // What a trial would remember is nothing that anybody should recall.
    config: { ...config, node_id: name, journal, redis, memory: null },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function makeJournal(
  journal: Config["journal"],
  name: string,
  made: AsyncDisposableStack,
): Promise<Config["journal"]> {
  if (journal.kind === "sqlite") {
    const path = join(dirname(journal.path), `${name}.db`);
    made.defer(() => removeFiles(["", "-wal", "-shm", ".lock"].map((end) => path + end)));
    return { ...journal, path };
  }
  const { url } = journal;
  const schema = `synapse_${name}`;
  await withDatabase(url, (sql) => sql`CREATE SCHEMA ${sql(schema)}`);
  made.defer(async () => {
    await withDatabase(url, (sql) => sql`DROP SCHEMA ${sql(schema)} CASCADE`);
  });
  return { ...journal, url: `${url}${url.includes("?") ? "&" : "?"}search_path=${schema}` };
}

function makeNamespace(
  redis: NonNullable<Config["redis"]>,
  name: string,
  made: AsyncDisposableStack,
  { clock }: ThrowawayWorld,
): Config["redis"] {
  const namespace = `${redis.namespace}:${name}`;
  made.defer(async () => {
    const { forgetNamespace } = await import("./redis.ts");
    await forgetNamespace({ url: redis.url, namespace }, clock);
  });
  return { ...redis, namespace };
}

async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await Deno.remove(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
