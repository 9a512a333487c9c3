/**
 * What a supervisor says to the program that it starts: environment variables of systemd's protocol, see
 * sd_notify(3) and sd_watchdog_enabled(3).
 *
 * @module
 */

/** The variables. They speak to this process alone, so a program that it starts must not have them. */
export const SUPERVISION_VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

/** A variable whose value cannot be used. */
export interface SupervisionFault {
  readonly name: (typeof SUPERVISION_VARIABLES)[number];
  /** What is wrong with it. */
  readonly reason: string;
}

/** What the supervisor wants. */
export interface Supervision {
  /**
   * The address of its datagram socket as the system takes it: a path, or a name that begins with a NUL
   * (Linux' abstract sockets). Null: nobody listens.
   */
  readonly address: string | null;
  /** How long the node may be silent, in milliseconds. Null: as long as it likes. */
  readonly silence_ms_max: number | null;
  readonly faults: readonly SupervisionFault[];
}

/** Bytes of a socket's address on Linux (unix(7)); a path has a NUL behind it. */
const ADDRESS_BYTES_MAX = 108;

const MICROSECONDS = 1000;

/** Reads the variables. Faults are for the log: a node serves whether or not it is supervised. */
export function readSupervision(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): Supervision {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: whose } = env;
  if (!socket) return { address: null, silence_ms_max: null, faults: [] };
  const faults: SupervisionFault[] = [];
  const reason = socketFault(socket);
  if (reason !== null) faults.push({ name: "NOTIFY_SOCKET", reason });
  let silence_ms_max: number | null = null;
  // Of another process: it was handed on by one that should have kept it.
  const ours = !whose || Number(whose) === pid;
  if (usec && !/^[1-9]\d{0,15}$/.test(usec)) {
    faults.push({ name: "WATCHDOG_USEC", reason: "is no positive whole number" });
  } else if (usec && ours) {
    silence_ms_max = Number(usec) / MICROSECONDS;
  }
  if (whose && !/^[1-9]\d*$/.test(whose)) {
    faults.push({ name: "WATCHDOG_PID", reason: "is no process id" });
  }
  const address = reason === null ? socket.replace(/^@/, "\0") : null;
  return { address, silence_ms_max, faults };
}

function socketFault(socket: string): string | null {
  if (!/^[/@]./.test(socket)) {
    return "is neither an absolute path nor the name of an abstract socket (@…)";
  }
  const bytes = new TextEncoder().encode(socket).length + (socket.startsWith("/") ? 1 : 0);
  return bytes > ADDRESS_BYTES_MAX ? "is longer than a socket's address can be" : null;
}
