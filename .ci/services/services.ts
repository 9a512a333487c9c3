/**
 * The services that a test run needs: those that somebody names, else private ones.
 *
 * @module
 */
import { ensureInstalled } from "./install.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { POSTGRES, REDIS } from "./requirements.ts";

/** Variables that name services which run already. Set and empty counts as not set. */
export type GivenServices = Readonly<Partial<Record<string, string>>>;

/** Services that run. */
export interface Services extends AsyncDisposable {
  /** Variables that name them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What must be started: by the variable that names it. */
const STARTERS = [
  { requirement: POSTGRES, start: () => startPostgres() },
  { requirement: REDIS, start: () => startRedis() },
] as const;

/**
 * Starts what is not given. `await using` stops what was started.
 *
 * @throws ServiceError when a service is neither given nor to be had on this machine
 */
export async function startServices(given: GivenServices): Promise<Services> {
  await using started = new AsyncDisposableStack();
  const missing = STARTERS.filter(({ requirement }) => !given[requirement.variable]);
  await ensureInstalled(missing.map(({ requirement }) => requirement));
  const variables: Record<string, string> = {};
  for (const { requirement: { variable }, start } of STARTERS) {
    variables[variable] = given[variable] || started.use(await start()).url;
  }
  const owned = started.move();
  return { variables, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
