/**
 * Programs of Debian that listen on a port of loopback, as servers of the rehearsal.
 *
 * @module
 */
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { Server } from "../../../.ci/services/server.ts";
import type { ServerFolder } from "../../../.ci/services/server_folder.ts";

/** Which program, and how. */
export interface ServerProgram {
  readonly service: string;
  readonly port: number;
  readonly command: readonly string[];
  /** Variables of its environment, besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** A path that answers 200 when it is ready. */
  readonly readyPath: string;
  readonly place: ServerFolder;
}

/** Starts it, and waits until it is ready. */
export async function startServerProgram(program: ServerProgram): Promise<Server> {
  const { service, port, command, env = {}, readyPath, place } = program;
  const url = `http://127.0.0.1:${port}`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return await Server.started({
    ...place,
    service,
    port,
    url,
    command: [...await deathSignalPrefix("SIGTERM"), "env", ...variables, ...command],
    stopSignal: "SIGTERM",
    isReady: () => answers(`${url}${readyPath}`),
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // Nobody listens yet.
  }
}
