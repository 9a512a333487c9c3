/**
 * From a configuration to a running node: the only place that chooses adapters.
 *
 * @module
 */
import { session } from "../actors/session/behavior.ts";
import type { SessionState } from "../actors/session/state.ts";
import type { Json } from "../actors/behavior.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createHealth } from "./compose/health.ts";
import { journalPath } from "./compose/journal_file.ts";
import { listen } from "./compose/listen.ts";
import { composeRouter } from "./compose/router.ts";
import { composeSkills } from "./compose/skills.ts";
import type { Config } from "./config.ts";
import { TENANT } from "./edge/auth.ts";
import { createEdge } from "./edge/server.ts";
import { Node } from "./engine/node.ts";
import type { ActorType } from "./engine/services.ts";
import type { AnyBehavior } from "./engine/step.ts";
import { type Entropy, systemEntropy } from "./entropy.ts";
import type { Journal } from "./journal/port.ts";
import { openSqliteJournal } from "./journal/sqlite/open.ts";
import { createModelEffects } from "./llm/model_effect.ts";
import { createSkillEffect } from "./sandbox/skill_effect.ts";
import type { Skills } from "./sandbox/port.ts";
import { LocalLiveEvents, LocalMailboxes } from "./streams/local.ts";
import type { LiveEvents } from "./streams/port.ts";
import { createLogger, stderrSink } from "./telemetry/log.ts";
import { systemMemoryLimitBytes } from "./telemetry/memory_limit.ts";
import { createMetrics, type ScrapedMetrics } from "./telemetry/metrics.ts";
import type { Logger, Metrics } from "./telemetry/port.ts";
import { noteSession } from "./telemetry/session_metrics.ts";
import { tracer } from "./telemetry/traces.ts";
import { VERSION } from "./version.ts";

/** What may be chosen besides the configuration. */
export interface StartOptions {
  /** Gives up the start. */
  readonly signal?: AbortSignal;
  /** The environment from which skills get what they declare; empty unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where log lines go; to standard error unless given. */
  readonly log?: Logger;
  /** Stands between the engine and the journal: for tests that break it. */
  readonly wrapJournal?: (journal: Journal) => Journal;
}

/** A node that serves. */
export interface RunningNode {
  readonly config: Config;
  /** Where the API is, without a slash at the end. */
  readonly api_url: string;
  readonly metrics_url: string;
  /** Takes no more requests, finishes what is under way, and gives everything back. */
  stop(): Promise<void>;
}

/**
 * Starts a node.
 *
 * @throws {SynapseError} `journal_in_use`, `journal_too_new`, `journal_unavailable`
 * @throws {Deno.errors.AddrInUse} if a port is taken
 * @throws the signal's reason, if that aborts before the node has its partitions
 */
export async function startNode(config: Config, options: StartOptions = {}): Promise<RunningNode> {
  await using started = new AsyncDisposableStack();
  const engine = started.use(await startEngine(config, options));
  const { clock, entropy, log, metrics, node, journal, live, skills } = engine;
  const edge = createEdge({
    clock,
    entropy,
    log,
    metrics,
    engine: node,
    journal,
    live,
    skills,
    providers: Object.keys(config.llm.providers),
    api_key: config.http.api_key,
    limits: config.limits,
    version: VERSION,
    health: createHealth({ clock, config, engine: node, journal, skills }),
  });
  const servers = listen(config.http, edge, log);
  const owned = started.move();
  return {
    config,
    api_url: servers.api_url,
    metrics_url: servers.metrics_url,
    async stop() {
      log.info({}, "Node stops");
      await engine.quiesce();
      // A client that does not read, or does not finish its request, must not keep the node.
      const patience = new AbortController();
      const { drain_ms } = config.limits;
      await Promise.race([servers.close(), clock.sleep(drain_ms, patience.signal)]);
      patience.abort();
      await owned.disposeAsync();
    },
  };
}

/** A node without sockets. */
export interface RunningEngine extends AsyncDisposable {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
  readonly metrics: ScrapedMetrics;
  readonly journal: Journal;
  readonly live: LiveEvents;
  readonly skills: Skills;
  readonly node: Node;
  /** Finishes the commands under way, takes no more, and ends all watches; what is stored can still be read. */
  quiesce(): Promise<void>;
}

/**
 * Starts a node without sockets.
 *
 * @throws as {@link startNode} does
 */
export async function startEngine(config: Config, options: StartOptions): Promise<RunningEngine> {
  const { limits } = config;
  await using started = new AsyncDisposableStack();
  const log = options.log ??
    createLogger({ ...config.log, ...stderrSink() }).child({ node: config.node_id });
  const journal = await openJournal(config, started, options.wrapJournal);
  const metrics = createMetrics({
    limitBytes: systemMemoryLimitBytes(),
    collect: (metrics) => collectFigures(journal, metrics),
  });
  const world = { clock: systemClock, entropy: systemEntropy, log, metrics };
  const skills = started.use(await composeSkills(config, { ...world, env: options.env ?? {} }));
  const router = await composeRouter(config, world);
  const live = new LocalLiveEvents({ clock: world.clock, limits });
  const node = new Node({
    ...world,
    journal,
    live,
    mailboxes: new LocalMailboxes(),
    handlers: {
      ...createModelEffects({ router, skills, limits }),
      skill: createSkillEffect({ skills, tracer: tracer("synapse.skills") }),
    },
    limits,
    node_id: config.node_id,
    types: { session: sessionType(config) },
    onCommit: (_, before, step) => noteSession(metrics, before as SessionState, step.events),
  });
  let quiet: Promise<void> | null = null;
  const quiesce = () => quiet ??= node.stop().then(() => live.close());
  started.defer(quiesce);
  await putAgents(config, journal);
  options.signal?.throwIfAborted();
  await node.start();
  const owned = started.move();
  const dispose = () => owned.disposeAsync();
  return { ...world, journal, live, skills, node, quiesce, [Symbol.asyncDispose]: dispose };
}

/** Opens the journal; it is closed with what was started. */
async function openJournal(
  config: Config,
  started: AsyncDisposableStack,
  wrap: StartOptions["wrapJournal"],
): Promise<Journal> {
  await Deno.mkdir(config.data_dir, { recursive: true });
  await Deno.mkdir(config.skills.workspace, { recursive: true });
  const path = journalPath(config);
  const journal = await openSqliteJournal({ path, ...config.journal, clock: systemClock });
  started.defer(() => journal.close());
  return wrap?.(journal) ?? journal;
}

/** What the file defines becomes the newest version; a built-in one only fills a gap. */
async function putAgents({ agents, agents_declared }: Config, journal: Journal): Promise<void> {
  for (const [name, spec] of Object.entries(agents)) {
    if (!agents_declared.includes(name) && await journal.agent(TENANT, name, null)) continue;
    await journal.putAgent(TENANT, name, spec as unknown as Json);
  }
}

function sessionType({ limits, security }: Config): ActorType {
  return { behavior: session as AnyBehavior, limits: { ...limits, ...security } };
}

async function collectFigures(journal: Journal, metrics: Metrics): Promise<void> {
  const figures = await journal.figures();
  metrics.mailboxDepth.set(figures.mailbox_depth);
  metrics.approvalsPending.set(figures.questions_pending);
  metrics.deadLetters.set(figures.dead_letters);
}
