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

/** What to answer; nothing: the connection fails. */
export type Reply = Response | null;

/** A world whose network answers with these replies, in order, and what it saw. */
export function testWorld(replies: readonly Reply[]) {
  const left = [...replies];
  const sent: Sent[] = [];
  const slept: number[] = [];
  const world: World = {
    address: "https://example.com/prefix/console?x#/sessions",
    clock: {
      now: () => 1000,
      sleep: (ms, signal) => {
        // A sleep that somebody may end is one that guards something: it lasts.
        if (ms > 20_000) {
          return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
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
      return reply === null ? Promise.reject(new TypeError("refused")) : Promise.resolve(reply);
    },
    storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
  };
  return { world, sent, slept };
}

/** A problem as a node answers with one. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ title: "Refused", detail: "It is", code });
  return new Response(body, { status, headers });
}
