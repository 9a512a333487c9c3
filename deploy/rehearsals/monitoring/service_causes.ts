/**
 * What goes wrong with the services of the nodes.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import { withDatabase } from "../../../runtime/compose/database.ts";
import { send } from "../../../runtime/e2e/session_calls.ts";
import type { Cause } from "./cause.ts";
import { holdTurns } from "./hold_turns.ts";
import { repeat } from "./repeat.ts";
import { AGENTS, isWhole, openSessions, type Stage } from "./stage.ts";

/** How long the slow database stands still, and goes on. Milliseconds. */
const [STILL_MS, MOVING_MS] = [1600, 300];

/** Each turn calls a skill that succeeds and one that fails. */
const MESSAGE = '/call clock {}\n/call calculator {"expression":"1/"}';

const CHATTER = { agent: AGENTS.quick, message: MESSAGE, sessions: 4 } as const;

/** Redis is stopped, and started again. */
export const REDIS_STOPPED: Cause = {
  what: "Redis is stopped (and started again)",
  alerts: [{ name: "DependencyDown", labels: { job: "redis" } }, { name: "StreamsDropping" }],
  endless: null,
  async begin(stage) {
    const rest = await holdTurns(stage, CHATTER);
    await stage.redis.stop();
    return async () => {
      await stage.redis.start();
      await rest();
    };
  },
};

/** The exporters are killed, and started again; what they look at is well. */
export const EXPORTERS_KILLED: Cause = {
  what: "The exporters of Postgres and Redis are killed (and started again)",
  alerts: ["postgres", "redis"].map((job) => ({ name: "DependencyDown", labels: { job } })),
  endless: null,
  async begin({ exporters }) {
    await Promise.all(exporters.map((one) => one.kill()));
    return async () => void await Promise.all(exporters.map((one) => one.start()));
  },
};

/** Every commit takes a second and a half. */
export const POSTGRES_SLOW: Cause = {
  what: "Postgres stands still for more than a second, again and again",
  alerts: [{ name: "MailboxLagHigh" }],
  endless: null,
  async begin(stage) {
    const rest = await holdTurns(stage, CHATTER);
    const stop = repeat(async () => {
      await stage.postgres.pause();
      await systemClock.sleep(STILL_MS);
      await stage.postgres.resume();
    }, MOVING_MS);
    return async () => {
      await stop();
      await rest();
      await isWhole(stage);
    };
  },
};

/** Commands can be accepted, and no event can be written. */
export const EVENTS_LOCKED: Cause = {
  what: "Somebody locks the table of events, so that nothing can be committed",
  alerts: [{ name: "MailboxStuck" }],
  endless: null,
  async begin(stage) {
    const [owner, by] = stage.members;
    const ids = await openSessions(stage, { owner, by, prefix: "stuck", count: 5 });
    const unlock = await lockEvents(stage);
    // By the other node, which stores it for the owner; the answer is late.
    const sent = Promise.allSettled(ids.map((id) => send(by.client, id, "hello")));
    return async () => {
      await unlock();
      await sent;
      await isWhole(stage);
    };
  },
};

/** Postgres is stopped, and started again. */
export const POSTGRES_STOPPED: Cause = {
  what: "Postgres is stopped (and started again)",
  alerts: [{ name: "DependencyDown", labels: { job: "postgres" } }, { name: "JournalUnavailable" }],
  endless: null,
  async begin(stage) {
    await stage.postgres.stop();
    return async () => {
      await stage.postgres.start();
      await isWhole(stage);
    };
  },
};

async function lockEvents({ postgres }: Stage): Promise<() => Promise<void>> {
  const [locked, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = withDatabase(postgres.url, (sql) =>
    sql.begin(async (transaction) => {
      await transaction`LOCK TABLE events IN EXCLUSIVE MODE`;
      locked.resolve();
      await over.promise;
    }));
  await Promise.race([locked.promise, holding]);
  return async () => {
    over.resolve();
    await holding;
  };
}
