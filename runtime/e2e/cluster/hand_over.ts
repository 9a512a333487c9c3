/**
 * Test support: how long it takes until other nodes hold what one node held.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { type Cluster, eventually, readOwners } from "./cluster.ts";
import type { Member } from "./member.ts";

/** Waits until others hold everything. Returns after how many milliseconds of which beginning. */
export async function handedOver(cluster: Cluster, from: Member, begun: number): Promise<number> {
  return await cluster.database((sql) =>
    eventually(`others hold what ${from.id} held`, async () => {
      const owners = await readOwners(sql);
      const away = owners.every((owner) => owner !== null && owner !== from.id);
      return away ? systemClock.monotonic() - begun : null;
    })
  );
}
