/**
 * One socket that serves HTTP, and gives up its port without cutting a request.
 *
 * It stands on `node:http` and not on `Deno.serve`, because the latter, when it stops, closes each
 * connection on which it has read nothing yet: a client that has just connected is cut.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { connect, Server as SocketServer, type Socket } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Clock } from "../clock.ts";
import { Doorbell } from "../doorbell.ts";
import type { ConnectionRoom } from "./connection_room.ts";
import { refusedHead } from "./refused_head.ts";
import { withBody } from "./request_body.ts";
import { readRest } from "./request_rest.ts";

/** How many bytes a request's line and headers may have; more gets 431. */
const HEADER_BYTES = 65_536;

/** How long a client may leave its connection unused, in milliseconds: longer than proxies do. */
const KEEP_ALIVE_MS = 120_000;

/** How long a stopping listener waits for a client to connect, in milliseconds; see {@link HttpListener.close}. */
const ARRIVAL_MS = 20;

/** How long it may take to take in those who came, in milliseconds; where it takes longer, others come meanwhile. */
const TAKING_IN_MS = 1;

/** How long a stopping listener looks for such a moment, in milliseconds. */
const MOMENT_MS = 1000;

/**
 * How long connections without a request are kept after the port was given up, in milliseconds. Clients
 * that keep several use one after the other, and are told with each answer to let go of it; those that
 * they use at the moment of the end are cut, so few should be left.
 */
const UNUSED_MS = 1000;

const NEVER = new AbortController().signal;

/** Where to listen, and what answers. */
export interface HttpListenerOptions {
  readonly hostname: string;
  /** 0: any free one. */
  readonly port: number;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly clock: Clock;
  /** As many as the system gives unless given. */
  readonly room?: ConnectionRoom;
  /** Told when it has as many connections as it may have, and again only after half of them have gone. */
  readonly onFull?: () => void;
}

/** An open socket. */
export class HttpListener {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly #server: Server;
  readonly #clock: Clock;
  /** The open connections, each with the number of requests that wait for their answer's end. */
  readonly #connections = new Map<Socket, number>();
  readonly #changed = new Doorbell();
  readonly #connections_max: number;
  readonly #onFull: () => void;
  #full = false;
  #retired = false;

  private constructor(server: Server, { fetch, clock, room, onFull }: HttpListenerOptions) {
    this.#server = server;
    this.#clock = clock;
    this.#connections_max = room?.connections ?? Infinity;
    this.#onFull = onFull ?? (() => {});
    this.url = urlOf(server);
    const { hostname } = new URL(this.url);
    const answer = getRequestListener(async (request, bindings) => {
      const { incoming, outgoing } = bindings as HttpBindings;
      const response = await fetch(withBody(request, incoming, outgoing));
      if (!incoming.complete) readRest(incoming, outgoing, clock);
      else if (this.#retired) response.headers.set("connection", "close");
      return response;
    }, {
      // For requests of HTTP/1.0, which name no host.
      hostname,
      // They are everybody's, and answers made of the replacements are not taken by `Deno.serve`.
      overrideGlobalObjects: false,
      // It would cut who still sends after half a second; `readRest` has more patience.
      autoCleanupIncoming: false,
    });
    server.on("connection", (socket) => this.#track(socket));
    // Unless somebody listens, whoever takes this for a proxy is cut without a word.
    server.on("connect", (_request, socket) => {
      const status = `HTTP/1.1 501 ${STATUS_CODES[501]}`;
      socket.end(`${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    });
    server.on("request", (request, response) => {
      this.#count(request.socket, response);
      const refusal = refusedHead(request);
      if (refusal !== null) {
        response.writeHead(refusal, { connection: "close" }).end();
        return;
      }
      // `OPTIONS *` means no path, but the application knows requests by theirs.
      if (request.url === "*") request.url = "/*";
      void answer(request, response);
    });
  }

  /**
   * Listens.
   *
   * @throws {Deno.errors.AddrInUse} if the port is taken
   */
  static async open(options: HttpListenerOptions): Promise<HttpListener> {
    const server = createServer({ maxHeaderSize: HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS });
    const { hostname, port, room } = options;
    if (room !== undefined && room.connections < Infinity) server.maxConnections = room.connections;
    server.listen({ host: hostname, port, ...(room && { backlog: room.backlog }) });
    try {
      await once(server, "listening");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      throw new Deno.errors.AddrInUse(`Port ${port} of ${hostname} is in use`, { cause: error });
    }
    return new HttpListener(server, options);
  }

  /** From now on each connection ends with its next answer. */
  retire(): void {
    this.#retired = true;
  }

  /**
   * Whether it takes in a client, which is this process itself, within `ms` milliseconds. To close it
   * unheard, because there are too many, counts too. Also true when the signal aborts first.
   */
  async hears(ms: number, signal: AbortSignal): Promise<boolean> {
    const heard = new AbortController();
    const hear = () => heard.abort();
    const { hostname, port } = new URL(this.url);
    this.#server.once("connection", hear);
    const self = connect(Number(port), hostname.replace(/^\[(.*)\]$/, "$1"));
    self.on("error", () => {}).once("close", hear).resume();
    await this.#clock.sleep(ms, AbortSignal.any([signal, heard.signal]));
    // Where the process was held up, what came meanwhile has yet to be seen.
    await this.#clock.yield();
    this.#server.off("connection", hear);
    self.off("close", hear).destroy();
    return heard.signal.aborted || signal.aborted;
  }

  /**
   * Gives up the port, waits until the requests under way are answered, and closes the connections.
   *
   * Who connects while the port is open gets an answer. Who connects later is refused. In between are
   * those whom the system has connected and the process has not been told of: they are cut, nothing can
   * be done for them, so the moment is chosen in which there are fewest. It comes after the process was
   * told of somebody; where nobody comes, there is no matter.
   *
   * @param patience_ms how long to wait for requests, in milliseconds
   */
  async close(patience_ms: number): Promise<void> {
    this.retire();
    await this.#moment();
    // The base class's: that of HTTP also closes idle connections, on which requests may be on their way.
    SocketServer.prototype.close.call(this.#server);
    const end = this.#clock.monotonic() + patience_ms;
    await this.#until(() => this.#connections.size === 0, Math.min(UNUSED_MS, patience_ms));
    await this.#until(() => this.#idle(), end - this.#clock.monotonic());
    this.#server.closeAllConnections();
    // Now the one of HTTP: it ends the watch over slow requests.
    this.#server.close();
    await this.#until(() => this.#connections.size === 0, UNUSED_MS);
  }

  /** Waits for the moment in which all who came were taken in, and that quickly, though not for long. */
  async #moment(): Promise<void> {
    const end = this.#clock.monotonic() + MOMENT_MS;
    for (let took = Infinity; took > TAKING_IN_MS && this.#clock.monotonic() < end;) {
      took = await this.#arrival();
    }
  }

  /** Waits for a client, though not for long, and takes in all that came with it. Returns how long that took. */
  async #arrival(): Promise<number> {
    const came = new AbortController();
    let begun: number | null = null;
    const hear = () => {
      begun = this.#clock.monotonic();
      came.abort();
    };
    this.#server.once("connection", hear);
    await this.#clock.sleep(ARRIVAL_MS, came.signal);
    this.#server.off("connection", hear);
    const taking_in = begun ?? this.#clock.monotonic();
    await this.#clock.yield();
    return this.#clock.monotonic() - taking_in;
  }

  /** Waits until that is so, and nothing that is ready now changes it, or for `ms` milliseconds. */
  async #until(reached: () => boolean, ms: number): Promise<void> {
    const end = this.#clock.monotonic() + ms;
    for (;;) {
      this.#changed.hear();
      if (reached()) {
        await this.#clock.yield();
        if (reached()) return;
      }
      const left = end - this.#clock.monotonic();
      if (left <= 0) return;
      await this.#changed.wait(this.#clock, left, NEVER);
    }
  }

  #idle(): boolean {
    return this.#connections.values().every((requests) => requests === 0);
  }

  #track(socket: Socket): void {
    this.#connections.set(socket, 0);
    if (this.#connections.size >= this.#connections_max && !this.#full) {
      this.#full = true;
      this.#onFull();
    }
    socket.once("close", () => {
      this.#connections.delete(socket);
      if (this.#connections.size < this.#connections_max / 2) this.#full = false;
      this.#changed.ring();
    });
  }

  #count(socket: Socket, response: ServerResponse): void {
    const add = (n: number) => {
      const requests = this.#connections.get(socket);
      if (requests !== undefined) this.#connections.set(socket, requests + n);
    };
    add(1);
    response.once("close", () => {
      add(-1);
      this.#changed.ring();
    });
  }
}

function urlOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === "string") return "";
  const { address, port } = bound;
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}
