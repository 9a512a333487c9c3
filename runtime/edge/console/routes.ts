/**
 * The web console's files: one page, its script, its style, its icon. They are the same for everyone
 * and hold no data, so they are open; all that the page shows it asks the API for, with the key.
 *
 * @module
 */
import { Hono } from "hono";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import type { EdgeEnv } from "../env.ts";
import icon from "./page/icon.svg" with { type: "text" };
import page from "./page/index.html" with { type: "text" };
import style from "./page/style.css" with { type: "text" };
import script from "./page_bundle.txt" with { type: "text" };

/** Where the console is. */
export const CONSOLE_PATH = "/console";

/**
 * The policy of the page: its own files and this node's API, and nothing else at all. By the last two
 * directives the browser itself refuses whatever would have data parsed as HTML or run as code.
 */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** Each file: its path, its type and its text. */
const FILES = [
  [CONSOLE_PATH, "text/html; charset=utf-8", page],
  [`${CONSOLE_PATH}/page.js`, "text/javascript; charset=utf-8", script],
  [`${CONSOLE_PATH}/style.css`, "text/css; charset=utf-8", style],
  [`${CONSOLE_PATH}/icon.svg`, "image/svg+xml", icon],
] as const;

/** GET /console and what its page loads. The page names everything relative to itself, so a prefix may stand before it. */
export function consoleRoutes(): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>();
  // A browser takes over the headers of a 304: without the policy, it would get the API's.
  const retainedHeaders = [...RETAINED_304_HEADERS, "content-security-policy"];
  app.use(`${CONSOLE_PATH}/*`, etag({ retainedHeaders }));
  for (const [path, type, text] of FILES) {
    app.get(path, (c) => {
      c.header("Content-Security-Policy", CONSOLE_POLICY);
      // Kept, and asked about each time: a page must not meet the API of another version.
      c.header("Cache-Control", "no-cache");
      c.header("Content-Type", type);
      return c.body(text);
    });
  }
  // From a path that ends with a slash, the page would look for its files in the wrong place.
  app.get(`${CONSOLE_PATH}/`, (c) => c.redirect("../console", 308));
  return app;
}
