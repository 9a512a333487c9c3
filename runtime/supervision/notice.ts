/**
 * What a node tells whoever supervises it, and the port through which it does.
 *
 * The words are those of systemd's protocol, see sd_notify(3): assignments in text, one a line, one
 * datagram a notice. Podman and others speak it as well.
 *
 * @module
 */

/** News for the supervisor. */
export interface Notice {
  /** `ready`: the start is over. `stopping`: the end begins. */
  readonly phase?: "ready" | "stopping";
  /** That the node lives; to be told again and again. */
  readonly alive?: boolean;
  /** How the node is, in one line for people. */
  readonly status?: string;
}

/** Where notices go. */
export interface NoticeSink {
  /** Hands one over. @throws whatever the system says if nobody takes it */
  send(notice: Notice): Promise<void>;
  close(): void;
}

/** Characters of a status: systemd shows it on one line, and takes a datagram of some thousand bytes. */
const STATUS_CHARS_MAX = 500;

/** The text of a notice. A status cannot bring in assignments of its own: it is cut to one line. */
export function encodeNotice({ phase, alive = false, status }: Notice): string {
  const lines: string[] = [];
  if (phase === "ready") lines.push("READY=1");
  if (phase === "stopping") lines.push("STOPPING=1");
  if (alive) lines.push("WATCHDOG=1");
  if (status !== undefined) lines.push(`STATUS=${oneLine(status)}`);
  return lines.join("\n");
}

function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what must go
  const plain = text.replace(/[\x00-\x1f\x7f]+/g, " ").trim();
  return [...plain].slice(0, STATUS_CHARS_MAX).join("");
}
