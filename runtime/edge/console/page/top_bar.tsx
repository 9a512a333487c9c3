/**
 * What stands above every screen: where one can go, and how the node is.
 *
 * @module
 */
import type { ApiReady } from "../../../cli/api_types.ts";
import { type Api, problemOf } from "./api.ts";
import { formatRoute, HOME, type Route } from "./route.ts";
import { useServices } from "./services.ts";
import { RELOAD_MS, useLoad } from "./use_load.ts";

const PLACES: readonly (readonly [string, Route])[] = [
  ["Sessions", HOME],
  ["Approvals", { screen: "approvals" }],
  ["Dead letters", { screen: "dead-letters" }],
  ["Nodes", { screen: "nodes" }],
  ["Agents", { screen: "agents" }],
  ["Skills", { screen: "skills" }],
  ["Memory", { screen: "memory" }],
];

/** The bar. */
export function TopBar({ route, onForget }: {
  readonly route: Route;
  /** Null: no key is used. */
  readonly onForget: (() => void) | null;
}) {
  const here = route.screen === "session" ? "sessions" : route.screen;
  return (
    <header class="top">
      <div class="brand">
        <img src="console/icon.svg" alt="" width="20" height="20" />
        <span>Synapse</span>
      </div>
      <nav aria-label="Parts of the console">
        {PLACES.map(([name, to]) => (
          <a
            key={name}
            href={formatRoute(to)}
            aria-current={to.screen === here ? "page" : undefined}
          >
            {name}
          </a>
        ))}
        <a href="docs">API</a>
        {onForget && <button type="button" class="link" onClick={onForget}>Forget the key</button>}
      </nav>
      <ReadyLine />
    </header>
  );
}

const WORDS = { ready: "Ready", degraded: "Degraded", not_ready: "Not ready" };

/** How the node and each of its dependencies are. It is open to everyone, so it needs no key. */
function ReadyLine() {
  const { api } = useServices();
  const { value, problem } = useLoad("ready", (signal) => readReady(api, signal), RELOAD_MS);
  if (problem !== null) {
    return <p class="ready failed" role="status">{problem.title}</p>;
  }
  if (value === null) return <p class="ready" role="status">Asking the node how it is…</p>;
  return (
    <p class={`ready ${value.status}`} role="status">
      <strong>{WORDS[value.status]}</strong>
      {Object.entries(value.checks).map(([name, { status, detail }]) => (
        <span key={name} class={`check ${status}`} title={detail}>
          {name} {status}
          {status !== "ok" && detail !== undefined && `: ${detail}`}
        </span>
      ))}
    </p>
  );
}

/** A node that is not ready says so with 503 and the same body. */
async function readReady(api: Api, signal: AbortSignal): Promise<ApiReady> {
  const answer = await api.ask("GET", "ready", { signal });
  const report = answer.ok || answer.status === 503 ? parseReport(answer.text) : null;
  if (report === null) throw problemOf(answer);
  return report;
}

function parseReport(text: string): ApiReady | null {
  try {
    const report: ApiReady = JSON.parse(text);
    return Object.hasOwn(WORDS, report.status) ? report : null;
  } catch {
    return null;
  }
}
