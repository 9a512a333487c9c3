/**
 * Numbers, times and JSON as people read them.
 *
 * @module
 */

/** Bytes with a unit. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [size, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KiB"] : [bytes / 1024 ** 2, "MiB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** A whole number, its thousands apart. */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

/** US dollars; small amounts keep what there is of them. */
export function costText(usd: number): string {
  if (usd === 0) return "$0";
  return usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`;
}

/** A duration in milliseconds. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`
    : `${Math.round(ms / 60_000)} min`;
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** How long ago, or ahead, a time is. A clock that goes wrong by seconds is none of our business. */
export function agoText(at_ms: number, now_ms: number): string {
  const seconds = Math.round(Math.abs(now_ms - at_ms) / 1000);
  if (seconds < 5) return "now";
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  const text = `${Math.floor(seconds / size)} ${unit}`;
  return at_ms <= now_ms ? `${text} ago` : `in ${text}`;
}

/** What shows nothing, or shows the text around it in another order: it could hide what is to be approved. */
const UNSEEN =
  /(?!\n)[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\u2800\u17b4\u17b5]/gu;

/** JSON, indented, with what cannot be seen written as escapes: they mean the same. */
export function jsonText(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? "").replaceAll(
    UNSEEN,
    (unseen) =>
      unseen.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join(""),
  );
}

/** JSON on one line, cut to `width` characters. */
export function jsonLine(value: unknown, width = 120): string {
  const line = jsonText(value).replaceAll(/\n\s*/g, " ");
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
