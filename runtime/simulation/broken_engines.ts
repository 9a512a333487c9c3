/**
 * Engines that are broken on purpose, each by what stands between the real one and its ports: a
 * simulation that does not notice them would be worth nothing.
 *
 * @module
 */
import type { Effect } from "../../actors/behavior.ts";
import type { EffectContext, EffectHandler } from "../engine/effect_handler.ts";
import type { ActorCommit, Lease } from "../journal/port.ts";
import { type EngineParts, realEngine, type SimulatedEngine } from "./engine_parts.ts";
import type { WorldOptions } from "./world.ts";

/** What of a world is broken. */
export type Breakage = Pick<WorldOptions, "makeEngine" | "unfenced">;

/** The broken engines, by what they do wrong. */
export const BROKEN_ENGINES = {
  acknowledges_before_commit: { makeEngine: acknowledgesBeforeCommit },
  skips_epoch_check: { unfenced: true },
  starts_effect_before_commit: { makeEngine: startsEffectBeforeCommit },
  forgets_repetitions: { makeEngine: forgetsRepetitions },
  releases_before_commits_end: { makeEngine: releasesBeforeCommitsEnd },
  ignores_weights: { makeEngine: (parts) => realEngine({ ...parts, weight: 1 }) },
} as const satisfies Readonly<Record<string, Breakage>>;

/** Takes every commit for done when it is sent. */
function acknowledgesBeforeCommit(parts: EngineParts): SimulatedEngine {
  const { journal, clock } = parts;
  return realEngine({
    ...parts,
    journal: {
      ...journal,
      commit: async (batch) => {
        journal.commit(batch).catch(() => {});
        // Sending it takes a moment, too.
        await clock.sleep(0.1);
        return batch.map(() => "committed" as const);
      },
    },
  });
}

/** Starts a job when the commit that owes it is sent. */
function startsEffectBeforeCommit(parts: EngineParts): SimulatedEngine {
  const { journal, handlers } = parts;
  const job = handlers["job"]!;
  const started = new Map<string, ReturnType<EffectHandler["run"]>>();
  const start = ({ address, events }: ActorCommit) => {
    for (const { type, payload } of events) {
      if (type !== "begun") continue;
      const { job: id, policy } = payload as { job: string; policy: Effect["policy"] };
      const signal = new AbortController().signal;
      const context: EffectContext = { address, signal, delta: () => {}, reset: () => {} };
      const run = job.run({ id, kind: "job", policy, input: id }, context);
      run.catch(() => {});
      started.set(id, run);
    }
  };
  return realEngine({
    ...parts,
    journal: {
      ...journal,
      commit: (batch) => {
        batch.forEach(start);
        return journal.commit(batch);
      },
    },
    handlers: {
      ...handlers,
      job: { ...job, run: (effect, context) => started.get(effect.id) ?? job.run(effect, context) },
    },
  });
}

/** Takes a repetition for a new command. */
function forgetsRepetitions(parts: EngineParts): SimulatedEngine {
  const engine = realEngine(parts);
  return {
    start: () => engine.start(),
    stop: () => engine.stop(),
    trouble: () => engine.trouble(),
    post: (commands) => engine.post(commands),
    submit: (address, command, { sender } = {}) =>
      engine.submit(address, command, sender === undefined ? {} : { sender }),
  };
}

/** Gives its partitions back when it is told to stop, and only then finishes what is under way. */
function releasesBeforeCommitsEnd(parts: EngineParts): SimulatedEngine {
  const { journal, node } = parts;
  const held = new Map<number, Lease>();
  const engine = realEngine({
    ...parts,
    journal: {
      ...journal,
      acquire: async (node, partitions, lease_ms) => {
        const leases = await journal.acquire(node, partitions, lease_ms);
        for (const lease of leases) held.set(lease.partition, lease);
        return leases;
      },
    },
  });
  return {
    start: () => engine.start(),
    stop: async () => {
      await journal.release(node, [...held.values()]).catch(() => {});
      await engine.stop();
    },
    trouble: () => engine.trouble(),
    post: (commands) => engine.post(commands),
    submit: (address, command, options) => engine.submit(address, command, options),
  };
}
