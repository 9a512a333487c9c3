/**
 * Has things go wrong for a while: each kind of fault by itself, at times drawn from the seed.
 *
 * @module
 */
import type { Weather } from "./faults.ts";
import type { Machine } from "./machine.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { Trace } from "./trace.ts";
import type { VirtualRedis } from "./virtual_streams.ts";

/** What a storm rages over. */
export interface StormOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly machines: readonly Machine[];
  readonly redis: VirtualRedis;
}

/** How long a process stands still, Redis is away, and the journal is away, at most, in milliseconds. */
const PAUSE_MS_MAX = 9_000;
const REDIS_MS_MAX = 6_000;
const OUTAGE_MS_MAX = 5_000;

/** Starts the storm. It ends with `weather.stormy`, but what it broke stays broken: see {@link calm}. */
export function rage(options: StormOptions): void {
  const { random, weather, machines, scheduler } = options;
  const { plan } = weather;
  const any = () => random.pick(machines);
  const faults: readonly (readonly [number, () => void])[] = [
    [plan.crash_mean_ms, () => any().crash()],
    [plan.pause_mean_ms, () => any().pause(random.between(100, PAUSE_MS_MAX))],
    [plan.stop_mean_ms, () => void any().stop()],
    [plan.twin_mean_ms, () => any().replace(random.between(500, PAUSE_MS_MAX))],
    [plan.redis_mean_ms, () => void loseRedis(options)],
    [plan.outage_mean_ms, () => void loseJournal(options)],
  ];
  for (const [mean_ms, strike] of faults) {
    if (mean_ms === Infinity) continue;
    void (async () => {
      for (;;) {
        await scheduler.sleep(-Math.log(1 - random.next()) * mean_ms);
        if (!weather.stormy) return;
        strike();
      }
    })();
  }
}

/** Ends the storm and mends what it broke. */
export function calm({ weather, redis, trace }: StormOptions): void {
  trace.note("world", "the storm ends");
  weather.stormy = false;
  weather.outage = false;
  redis.away = false;
}

async function loseRedis({ redis, scheduler, random, trace }: StormOptions): Promise<void> {
  redis.away = true;
  trace.note("world", "Redis is away, with all it had");
  await scheduler.sleep(random.between(10, REDIS_MS_MAX));
  redis.away = false;
}

async function loseJournal({ weather, scheduler, random, trace }: StormOptions): Promise<void> {
  weather.outage = true;
  trace.note("world", "the journal is away");
  await scheduler.sleep(random.between(10, OUTAGE_MS_MAX));
  weather.outage = false;
}
