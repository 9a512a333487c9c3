/**
 * The metrics of a node, with the figures that only the journal knows.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { labelsText } from "../config/cluster.ts";
import { type Journal, JournalUnavailable } from "../journal/port.ts";
import { type Candidate, resolveCandidates } from "../llm/routing.ts";
import { beginModelSeries } from "../telemetry/first_series.ts";
import { systemMemoryLimitBytes } from "../telemetry/memory_limit.ts";
import { createMetrics, type ScrapedMetrics } from "../telemetry/metrics.ts";
import type { Metrics } from "../telemetry/port.ts";
import { VERSION } from "../version.ts";
import { within } from "../within.ts";

/** How long a scrape waits for the journal, in milliseconds: far less than Prometheus waits for it. */
const FIGURES_MS = 1000;

const MS_PER_SECOND = 1000;

const NEVER = new AbortController().signal;

/** Makes the metrics. While the journal does not answer its figures are the last ones known. */
export function openMetrics(
  { node_id, cluster, ...models }: Pick<Config, "node_id" | "cluster" | "llm" | "agents">,
  { journal, clock }: {
    readonly journal: Pick<Journal, "figures">;
    readonly clock: Pick<Clock, "sleep">;
  },
): ScrapedMetrics {
  // One question at a time: a journal that stands still must not be asked again at each scrape.
  let asking: Promise<void> | null = null;
  const metrics = createMetrics({
    limitBytes: systemMemoryLimitBytes(),
    collect: async (metrics) => {
      const figures = asking ??= collectFigures(journal, metrics).finally(() => asking = null);
      await within(clock, { ms: FIGURES_MS, signal: NEVER, late }, () => figures);
    },
  });
  const weight = String(cluster.weight);
  const labels = labelsText(cluster.labels);
  metrics.nodeInfo.set({ node: node_id, version: VERSION, weight, labels }, 1);
  beginModelSeries(metrics, namedModels(models));
  return metrics;
}

/** The models that the configuration names, each once: what agents use, and the providers' defaults. */
function namedModels({ llm, agents }: Pick<Config, "llm" | "agents">): readonly Candidate[] {
  const { providers, default_provider } = llm;
  const names = Object.keys(providers);
  const default_models = new Map(names.map((name) => [name, providers[name]!.default_model]));
  const used = Object.values(agents).flatMap(({ model, fallbacks = [] }) => [
    ...(model === undefined ? [] : [model]),
    ...fallbacks,
  ]);
  const wish = { model: null, fallbacks: [...used, ...names] };
  return resolveCandidates(wish, { default_models, default_provider });
}

async function collectFigures(journal: Pick<Journal, "figures">, metrics: Metrics): Promise<void> {
  const figures = await journal.figures();
  metrics.mailboxDepth.set(figures.mailbox_depth);
  metrics.mailboxOldestSeconds.set(figures.mailbox_waits_ms / MS_PER_SECOND);
  metrics.approvalsPending.set(figures.questions_pending);
  metrics.deadLetters.set(figures.dead_letters);
  const { backup_taken_at } = figures;
  metrics.backupLastSuccessTimestampSeconds.set((backup_taken_at ?? 0) / MS_PER_SECOND);
}

function late(): JournalUnavailable {
  const message = `Journal did not tell its figures within ${FIGURES_MS} ms`;
  return new JournalUnavailable(message, { rolled_back: true });
}
