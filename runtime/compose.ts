/**
 * From a configuration to a running node: the only place that chooses adapters.
 *
 * @module
 */
import { schedule } from "../actors/schedule/behavior.ts";
import { session } from "../actors/session/behavior.ts";
import type { SessionState } from "../actors/session/state.ts";
import type { Json } from "../actors/behavior.ts";
import { type Clock, systemClock } from "./clock.ts";
import { makeWorkspace } from "./compose/data_folder.ts";
import { composeEffects } from "./compose/effects.ts";
import { createHealth } from "./compose/health.ts";
import { listen } from "./compose/listen.ts";
import { openJournal } from "./compose/open_journal.ts";
import { openMemory } from "./compose/open_memory.ts";
import { openMetrics } from "./compose/open_metrics.ts";
import { openStreams } from "./compose/open_streams.ts";
import { composeRouter } from "./compose/router.ts";
import { secretMask } from "./compose/secret_mask.ts";
import { runWhereOwned } from "./compose/single_run.ts";
import { composeSkills } from "./compose/skills.ts";
import type { Config } from "./config.ts";
import { TENANT } from "./edge/auth.ts";
import { misspeltVariables } from "./config/misspelt.ts";
import { createEdge } from "./edge/server.ts";
import { keepHeapLow } from "./engine/idle_heap.ts";
import { asJournaled } from "./engine/as_journaled.ts";
import { Node } from "./engine/node.ts";
import type { ActorType } from "./engine/services.ts";
import type { AnyBehavior } from "./engine/step.ts";
import { type Entropy, systemEntropy } from "./entropy.ts";
import { systemHeap } from "./heap.ts";
import type { Journal } from "./journal/port.ts";
import type { Memory } from "./memory/port.ts";
import type { Skills } from "./sandbox/port.ts";
import type { LiveEvents, Streams } from "./streams/port.ts";
import { supervised } from "./supervision/supervised.ts";
import { refusePowerlessWatchdog, watched } from "./supervision/watchdog.ts";
import { createLogger, stderrSink } from "./telemetry/log.ts";
import type { ScrapedMetrics } from "./telemetry/metrics.ts";
import type { Logger } from "./telemetry/port.ts";
import { noteSession } from "./telemetry/session_metrics.ts";
import { PROTOCOL_VERSION, VERSION } from "./version.ts";

/**
 * How long a node that has handed over waits for the requests under way, in milliseconds: longer than a
 * lease, because the nodes that answer them may have to take over from one that is gone.
 */
export const REQUESTS_MS = 5000;

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
  /**
   * Resolves when another process runs under this node's id. This one handles nothing any more: all that
   * is left to do with it is to stop it.
   */
  readonly superseded: Promise<void>;
  /** Takes no more requests, finishes what is under way, and gives everything back. */
  stop(): Promise<void>;
}

/**
 * Starts a node.
 *
 * @throws {SynapseError} `journal_in_use`, `journal_too_new`, `journal_unavailable`; `config_invalid` for a
 * watchdog that could not end this process
 * @throws {Deno.errors.AddrInUse} if a port is taken
 * @throws the signal's reason, if that aborts before the node has its partitions
 */
export async function startNode(config: Config, options: StartOptions = {}): Promise<RunningNode> {
  refusePowerlessWatchdog(config.watchdog_ms, Deno.pid);
  await using started = new AsyncDisposableStack();
  const engine = started.use(await startEngine(config, options));
  const { clock, entropy, log, metrics, node, journal, live, skills, memory } = engine;
  const health = createHealth({ ...engine, config, engine: node });
  const stuck = () => node.stuck();
  const edge = createEdge({
    clock,
    entropy,
    log,
    metrics,
    engine: node,
    journal,
    live,
    skills,
    memory,
    providers: Object.keys(config.llm.providers),
    api_key: config.http.api_key,
    limits: config.limits,
    lease_ms: config.cluster.lease_ms,
    version: VERSION,
    health,
    stuck,
  });
  const servers = await listen(config.http, edge, { clock, log });
  const { api_url } = servers;
  const env = options.env ?? {};
  const life = { clock, log, stuck: () => stuck() ?? servers.deaf() };
  const supervisors = [
    started.use(supervised({ ...life, env, pid: Deno.pid, entropy, api_url, health })),
    started.use(watched({ ...life, watchdog_ms: config.watchdog_ms, node_id: config.node_id })),
  ];
  const owned = started.move();
  return {
    config,
    api_url,
    metrics_url: servers.metrics_url,
    superseded: engine.superseded,
    async stop() {
      log.info({}, "Node stops");
      for (const supervisor of supervisors) supervisor.stopping();
      // Clients that keep their connection go to another node with their next request.
      servers.retire();
      await engine.quiesce();
      // A client that does not read, or does not finish its request, must not keep the node for long.
      await servers.close(REQUESTS_MS);
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
  /** Null: there is none. */
  readonly memory: Memory | null;
  readonly node: Node;
  readonly streams: Streams;
  /** See {@link RunningNode.superseded}. */
  readonly superseded: Promise<void>;
  /**
   * Finishes the commands under way here, and ends all watches. What still comes is handled by other
   * nodes, if there are any, and what is stored can still be read.
   */
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
  const env = options.env ?? {};
  const mask = secretMask(config, env);
  const log = options.log ??
    createLogger({ ...config.log, ...stderrSink(), mask }).child({ node: config.node_id });
  for (const { name, meant, message } of misspeltVariables(env)) log.warn({ name, meant }, message);
  const opened = await openJournal(config, { clock: systemClock, log });
  started.defer(() => opened.close());
  await makeWorkspace(config.skills.workspace);
  const journal = options.wrapJournal?.(opened) ?? opened;
  const metrics = openMetrics(config, { journal, clock: systemClock });
  const world = { clock: systemClock, entropy: systemEntropy, log, metrics };
  const skills = started.use(await composeSkills(config, { ...world, env, mask }));
  const router = await composeRouter(config, { ...world, mask });
  const memory = started.use(await openMemory(config, world));
  const { streams, ingest } = await openStreams(config, { ...world, journal_id: journal.id });
  started.use(streams);
  const { live } = streams;
  const engine: Pick<Node, "submit"> = { submit: (...args) => node.submit(...args) };
  const superseded = Promise.withResolvers<void>();
  const node: Node = new Node({
    ...world,
    journal,
    streams,
    handlers: composeEffects(config, { ...world, journal, engine, router, skills, memory, mask }),
    limits,
    identity: {
      id: config.node_id,
      incarnation: systemEntropy.id("inc"),
      version: VERSION,
      protocol_version: PROTOCOL_VERSION,
    },
    cluster: config.cluster,
    types: {
      session: sessionType(config, streams.egress !== null),
      schedule: { behavior: schedule as AnyBehavior, limits: {}, outgoing: false },
    },
    onSuperseded: superseded.resolve,
    onCommit({ type }, before, step) {
      if (type === "session") noteSession(metrics, before as SessionState, step.events);
    },
  });
  let quiet: Promise<void> | null = null;
  const quiesce = () => quiet ??= node.drain().then(() => live.close());
  started.defer(() => node.stop());
  await putAgents(config, journal);
  options.signal?.throwIfAborted();
  await node.start();
  const stopped = new AbortController();
  const owns = (partition: number) => node.owns(partition);
  const work = (signal: AbortSignal) => ingest(node, signal);
  const ingesting = runWhereOwned({ clock: world.clock, owns, work }, stopped.signal);
  const tidying = keepHeapLow({ ...world, heap: systemHeap(), node }, stopped.signal);
  started.defer(async () => {
    stopped.abort();
    await quiesce();
    await Promise.all([ingesting, tidying]);
  });
  const owned = started.move();
  const dispose = () => owned.disposeAsync();
  return {
    ...world,
    journal,
    streams,
    live,
    skills,
    memory,
    node,
    superseded: superseded.promise,
    quiesce,
    [Symbol.asyncDispose]: dispose,
  };
}

/** What the file defines becomes the newest version; a built-in one only fills a gap. */
async function putAgents({ agents, agents_declared }: Config, journal: Journal): Promise<void> {
  for (const [name, spec] of Object.entries(agents)) {
    if (!agents_declared.includes(name) && await journal.agent(TENANT, name, null)) continue;
    await journal.putAgent(TENANT, name, asJournaled(spec) as Json);
  }
}

function sessionType({ limits, security, memory }: Config, outgoing: boolean): ActorType {
  const behavior = session as AnyBehavior;
  // What nothing can ever take must not wait in a session.
  const noMemory = memory === null ? { memory_unwritten: 0 } : {};
  return { behavior, limits: { ...limits, ...security, ...noMemory }, outgoing };
}
