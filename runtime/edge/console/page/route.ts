/**
 * Where the page is: the part of its address after `#`. That part is never sent to a server.
 *
 * @module
 */

/** The parts of a session's screen. */
export type SessionView = "conversation" | "events" | "state";

/** What the page shows. */
export type Route =
  | { readonly screen: "sessions"; readonly status: string; readonly agent: string }
  | {
    readonly screen: "session";
    readonly id: string;
    readonly view: SessionView;
    /** For the state: after which event; null: the last. */
    readonly seq: number | null;
  }
  | { readonly screen: Screen };

/** The screens without an address of their own below them. */
export type Screen = "approvals" | "dead-letters" | "nodes" | "skills" | "agents" | "memory";

const SCREENS: readonly Screen[] = [
  "approvals",
  "dead-letters",
  "nodes",
  "skills",
  "agents",
  "memory",
];

/** Where the page begins. */
export const HOME = { screen: "sessions", status: "", agent: "" } as const satisfies Route;

/** Reads what stands after `#`; what cannot be read is the beginning. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [first = "", ...rest] = path.split("/").map(decode);
  if (first === "sessions" && rest[0]) return sessionRoute(rest[0], rest.slice(1));
  if (first === "sessions") {
    const wanted = new URLSearchParams(query);
    return { ...HOME, status: wanted.get("status") ?? "", agent: wanted.get("agent") ?? "" };
  }
  const screen = SCREENS.find((name) => name === first);
  return screen === undefined ? HOME : { screen };
}

/** The address of a route, for a link. */
export function formatRoute(route: Route): string {
  switch (route.screen) {
    case "sessions": {
      const wanted = Object.entries({ status: route.status, agent: route.agent })
        .filter(([, value]) => value !== "");
      return "#/sessions" + (wanted.length === 0 ? "" : `?${new URLSearchParams(wanted)}`);
    }
    case "session": {
      const view = route.view === "conversation" ? "" : `/${route.view}`;
      const seq = route.view === "state" && route.seq !== null ? `/${route.seq}` : "";
      return `#/sessions/${encodeURIComponent(route.id)}${view}${seq}`;
    }
    default:
      return `#/${route.screen}`;
  }
}

/** The address of a session's screen. */
export function sessionLink(id: string, view: SessionView = "conversation", seq?: number): string {
  return formatRoute({ screen: "session", id, view, seq: seq ?? null });
}

function sessionRoute(id: string, [view, seq]: readonly string[]): Route {
  const number = /^[1-9]\d{0,14}$/.test(seq ?? "") ? Number(seq) : null;
  if (view === "events") return { screen: "session", id, view, seq: null };
  if (view === "state") return { screen: "session", id, view, seq: number };
  return { screen: "session", id, view: "conversation", seq: null };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
