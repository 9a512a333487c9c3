/**
 * For tests: a Qdrant of a test's own, which it may kill and start again.
 *
 * @module
 */
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { freePort } from "../../../.ci/services/free_port.ts";
import { Server } from "../../../.ci/services/server.ts";
import { makeServerFolder } from "../../../.ci/services/server_folder.ts";

/** The variable that names Qdrant's program on this machine. */
export const PROGRAM_VARIABLE = "QDRANT_PROGRAM";

/** Milliseconds in which a server that is ready says so. */
const READY_MS_MAX = 2000;

/** Starts an empty Qdrant on loopback that keeps its data through `kill()`. `await using` stops it. */
export async function startQdrant(program: string): Promise<Server> {
  const place = await makeServerFolder("Qdrant");
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = {
    QDRANT__SERVICE__HOST: "127.0.0.1",
    QDRANT__SERVICE__HTTP_PORT: port,
    QDRANT__SERVICE__GRPC_PORT: freePort(),
    QDRANT__STORAGE__STORAGE_PATH: `${place.folder}/storage`,
    QDRANT__STORAGE__SNAPSHOTS_PATH: `${place.folder}/snapshots`,
  };
  return await Server.started({
    ...place,
    service: "Qdrant",
    port,
    url,
    command: [
      ...await deathSignalPrefix("SIGTERM"),
      "env",
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      program,
      "--disable-telemetry",
    ],
    stopSignal: "SIGTERM",
    isReady: () => isReady(url),
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_MS_MAX) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
