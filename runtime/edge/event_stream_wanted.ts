/**
 * Which of two forms of an answer a client wants.
 *
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";

const STREAM = "text/event-stream";
const JSON_TYPE = "application/json";

type Ranges = Parameters<NonNullable<Parameters<typeof accepts>[1]["match"]>>[0];

/** How much a client wants a type. */
interface Wish {
  /** From 0 (not at all) to 1. */
  readonly quality: number;
  /** Whether the client named the type itself, not only a range around it. */
  readonly named: boolean;
}

/**
 * Whether the header `Accept` asks for an event stream rather than for JSON (RFC 9110, 12.5.1): wanted
 * more, or wanted as much and named. Of the ranges that fit a type the most specific counts. Whoever
 * accepts neither, or says nothing, gets JSON.
 */
export function wantsEventStream(c: Context): boolean {
  const match = (ranges: Ranges) => {
    const [stream, json] = [wishFor(STREAM, ranges), wishFor(JSON_TYPE, ranges)];
    const more = stream.quality > json.quality;
    const named = stream.quality === json.quality && stream.quality > 0 && stream.named;
    return more || named ? STREAM : JSON_TYPE;
  };
  const supports = [STREAM, JSON_TYPE];
  return accepts(c, { header: "Accept", supports, default: JSON_TYPE, match }) === STREAM;
}

function wishFor(type: string, ranges: Ranges): Wish {
  const family = `${type.split("/", 1)[0]}/*`;
  for (const name of [type, family, "*/*"]) {
    const found = ranges.find((range) => range.type.toLowerCase() === name);
    if (found) return { quality: found.q, named: name === type };
  }
  return { quality: 0, named: false };
}
