/**
 * Test support: a world in which the page can be tried without a browser.
 *
 * @module
 */
import type { World } from "./browser.ts";

/** A request that was sent. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | null;
  readonly init: RequestInit;
}

/** What to answer; null: the connection fails; `silence`: no answer ever comes. */
export type Reply = Response | null | "silence";

/** A sleep of that length or more is a limit to something else: it lasts until that is over. */
const LIMIT_MS = 15_000;

/** A world whose network answers with these replies, in order, and what it saw. */
export function testWorld(replies: readonly Reply[]) {
  const left = [...replies];
  const sent: Sent[] = [];
  const slept: number[] = [];
  const limits = new Set<() => void>();
  const world: World = {
    address: "https://example.com/prefix/console?x#/sessions",
    clock: {
      now: () => 1000,
      sleep: (ms, signal) => {
        if (ms >= LIMIT_MS) {
          return new Promise<void>((resolve) => {
            limits.add(resolve);
            signal?.addEventListener("abort", () => resolve());
          });
        }
        slept.push(ms);
        return Promise.resolve();
      },
    },
    entropy: { random: () => 1, id: (prefix) => `${prefix}_1` },
    fetch: (url, init) => {
      const { method = "GET", body = null } = init;
      sent.push({
        method,
        url: url.href,
        headers: new Headers(init.headers),
        body: body === null ? null : String(body),
        init,
      });
      const reply = left.shift() ?? null;
      if (reply === "silence") {
        return new Promise((_, reject) =>
          init.signal?.addEventListener("abort", () => reject(init.signal?.reason))
        );
      }
      return reply === null ? Promise.reject(new TypeError("refused")) : Promise.resolve(reply);
    },
    storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
  };
  /** Ends the time of all that waits at present. */
  const timeUp = () => limits.forEach((resolve) => resolve());
  return { world, sent, slept, timeUp };
}

/** A problem as a node answers with one. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ title: "Refused", detail: "It is", code });
  return new Response(body, { status, headers });
}
