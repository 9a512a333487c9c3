/**
 * Sockets for the driver. It would try again at once, and for ever, where a proxy takes a connection and
 * drops it, or where a host of several does not answer; here each attempt after a failed one waits.
 *
 * @module
 */
import { Socket } from "node:net";
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";

/** The wait after the first failed attempt at each host; it doubles with each further one. */
const BACKOFF_MS = 50;

/** The longest wait between attempts. */
const BACKOFF_MS_MAX = 1000;

/** Where the driver wants a socket to, as it hands its options over. */
export interface SocketTarget {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** Of a Unix socket. */
  readonly path?: string | false | undefined;
}

/** What sockets need. */
export interface SocketOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Ends all waits: nothing is opened any more. Its reason says why, for messages. */
  readonly closing: AbortSignal;
  /** What is thrown, for that reason. */
  readonly fault: (reason: string) => Error;
}

/** Makes the driver's option `socket`: opens one to the next of the hosts. */
export function createSockets(
  { clock, entropy, closing, fault }: SocketOptions,
): (target: SocketTarget) => Promise<Socket> {
  let attempts = 0;
  let failures = 0;
  let latestServes = () => false;

  return async (target) => {
    const hosts = target.host.length;
    if (latestServes()) failures = 0;
    // The next of several may be well.
    if (failures > 0 && failures % hosts === 0) {
      const longest = Math.min(BACKOFF_MS * 2 ** (failures / hosts - 1), BACKOFF_MS_MAX);
      await clock.sleep(longest * (0.5 + entropy.random() / 2), closing);
    }
    if (closing.aborted) {
      throw fault(String(closing.reason));
    }
    const since = clock.monotonic();
    const before = failures;
    const socket = new WatchedSocket(() => {
      if (served()) failures = 0;
      // Of many connections that are made at once each may meet a host that is none to stay with.
      else if (failures === before) failures += 1;
      if (latestServes === served) latestServes = () => false;
    });
    // A standby answers, and the driver leaves it at once.
    const served = () =>
      socket.bytesRead > 0 && (hosts === 1 || clock.monotonic() - since >= BACKOFF_MS_MAX);
    latestServes = served;
    socket.once("end", () => {
      // Else the driver takes it for a reason to try again.
      if (socket.bytesRead === 0) {
        socket.destroy(fault("the connection was dropped at once"));
      }
    });
    return connect(socket, target, attempts++);
  };
}

/** Says when it ends, without a listener: to encrypt a connection the driver removes all listeners. */
class WatchedSocket extends Socket {
  readonly #ended: () => void;

  constructor(ended: () => void) {
    super();
    this.#ended = ended;
  }

  override _destroy(...args: Parameters<Socket["_destroy"]>): void {
    this.#ended();
    super._destroy(...args);
  }
}

/** Begins to connect: to the host of several whose turn it is at that attempt. */
function connect(socket: Socket, { host, port, path }: SocketTarget, attempt: number): Socket {
  if (path) return socket.connect(path);
  const at = attempt % host.length;
  const address = { host: host[at] ?? "localhost", port: port[at] ?? 5432 };
  // To check certificates the driver reads a name from `host`, and Node an IP address from `_host`:
  // without, it would want a certificate for localhost.
  Object.assign(socket, { ...address, _host: address.host });
  return socket.connect(address);
}
