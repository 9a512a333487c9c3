/**
 * What is secret, and what is shown in its place. Log lines, faults and the printed configuration all
 * go through here. Secrets are known by their form, by the name they stand under, and, where the
 * configuration is at hand, by their very value.
 *
 * @module
 */

/** Stands for a secret. */
export const MASK = "***";

const SECRET_NAME =
  /((api|secret|private|access)[-_]?key(_env)?|authorization|cookie|credentials?|passw(or)?d|secrets?|token)$/i;

/**
 * `scheme://USER:PASSWORD@`, wherever it stands in a text; the scheme is kept. It begins only where no
 * scheme can be under way: else a text like `a.a.a.…` would take time by the square of its length.
 */
const URL_CREDENTIALS = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"]*@/gi;

/** The password in such a place. */
const URL_PASSWORD = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s/?#":@]*:([^\s/?#"]+)@/gi;

/** Keys that services begin in a known way. */
const KNOWN_KEY = /\b(sk|pk|ghp|gho|xox[abp])[-_][\w-]{8,}/g;

const BEARER = /\b(bearer)\s+[\w.~+/=-]{6,}/gi;

/** How deep a value is followed. It also ends cycles. */
const DEPTH_MAX = 8;

/** Characters from which on a secret is masked by its value: a shorter one is part of too many words. */
export const SECRET_CHARS_MIN = 8;

/** A text with its secrets masked. */
export type TextMask = (text: string) => string;

/** Whether a field of this name holds a secret: `api_key`, `x-api-key`, `DB_PASSWORD`, `token`, … */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The text with credentials of URLs, bearer tokens and keys of a known form masked. */
export function redactText(text: string): string {
  return text.replace(URL_CREDENTIALS, `$1${MASK}@`).replace(BEARER, `$1 ${MASK}`)
    .replace(KNOWN_KEY, MASK);
}

/**
 * The secrets in plain data: each text under a secret name, however deep, and each password in a URL.
 */
export function secretsIn(value: unknown): readonly string[] {
  const found = new Set<string>();
  const look = (value: unknown, secret: boolean, depth: number) => {
    if (typeof value === "string") {
      if (secret) found.add(value.trim());
      for (const [, password = ""] of value.matchAll(URL_PASSWORD)) {
        found.add(password).add(decoded(password));
      }
    } else if (isPlain(value) && depth <= DEPTH_MAX) {
      for (const [name, item] of Object.entries(value)) {
        look(item, secret || isSecretName(name), depth + 1);
      }
    }
  };
  look(value, false, 0);
  found.delete("");
  return [...found];
}

/**
 * Makes a mask that knows these secrets by their value, also as they look inside JSON and URLs, and
 * when the text was cut in the middle of one; and what {@link redactText} knows. Secrets of fewer than
 * {@link SECRET_CHARS_MIN} characters are left out.
 */
export function createTextMask(secrets: readonly string[]): TextMask {
  const forms = new Set(secrets.filter(isLongEnough).flatMap(formsOf));
  // The longest first: one secret may be the beginning of another.
  const known = [...forms].sort((a, b) => b.length - a.length);
  if (known.length === 0) return redactText;
  const pattern = new RegExp(known.map((form) => RegExp.escape(form)).join("|"), "g");
  return (text) => redactText(maskCut(text.replace(pattern, MASK), known));
}

function isLongEnough(secret: string): boolean {
  return secret.length >= SECRET_CHARS_MIN;
}

function formsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [secret, inJson, encodeURIComponent(secret.toWellFormed())];
}

/** Masks the beginning of a secret at the end of a text: texts are cut to their limits on their way. */
function maskCut(text: string, known: readonly string[]): string {
  const end = text.endsWith("…") ? text.length - 1 : text.length;
  for (const secret of known) {
    const head = secret.slice(0, SECRET_CHARS_MIN);
    let at = text.indexOf(head, Math.max(0, end - secret.length + 1));
    for (; at >= 0; at = text.indexOf(head, at + 1)) {
      if (secret.startsWith(text.slice(at, end))) return text.slice(0, at) + MASK + text.slice(end);
    }
  }
  return text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How {@link redact} treats what it meets. */
export interface RedactOptions {
  /** What becomes of what is not plain data (a date, an error); kept as it is unless given. */
  readonly leaf?: (value: object) => unknown;
  /** Masks texts; {@link redactText} unless given. */
  readonly mask?: TextMask;
}

/**
 * A copy of plain data in which secrets are masked: every value under a secret name, however deep,
 * and secrets inside texts.
 */
export function redact(
  value: unknown,
  { leaf = (kept) => kept, mask = redactText }: RedactOptions = {},
): unknown {
  const copy = (value: unknown, secret: boolean, depth: number): unknown => {
    if (value === null || value === undefined) return value;
    if (!isPlain(value)) {
      if (secret) return MASK;
      if (typeof value === "string") return mask(value);
      if (typeof value !== "object") return value;
      const shown = leaf(value);
      return isPlain(shown) ? copy(shown, secret, depth + 1) : shown;
    }
    if (depth > DEPTH_MAX) return "[too deep]";
    if (Array.isArray(value)) return value.map((item) => copy(item, secret, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map((
        [name, item],
      ) => [name, copy(item, secret || isSecretName(name), depth + 1)]),
    );
  };
  return copy(value, false, 0);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
