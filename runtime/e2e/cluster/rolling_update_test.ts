/**
 * An update by the settings of `deploy/k8s`: what a Deployment, a kubelet and a Service do is done by
 * stand-ins; nodes, Postgres and Redis are real, and clients try nothing twice.
 *
 * Old and new nodes differ by a label only: the program is the same, so an update of the settings is
 * what is seen here. Two versions beside each other are for `deno task rehearse:upgrade`.
 */
import assert from "node:assert/strict";
import {
  nodeConfig,
  nodeDeployment,
  productionReplicas,
  rolloutSettings,
} from "../../../deploy/k8s/rollout_settings.ts";
import type { ApiNodeList } from "../../cli/api_types.ts";
import { apiPath } from "../../cli/client.ts";
import { systemClock } from "../../clock.ts";
import { BalancedClient } from "./balanced_client.ts";
import { Balancer } from "./balancer.ts";
import { Cluster } from "./cluster.ts";
import { assertHistory, conversation, type Nodes } from "./conversation.ts";
import type { Member, Role } from "./member.ts";
import { Pod, type PodEnd } from "./pod.ts";
import { roll } from "./rollout.ts";

const SESSIONS = Array.from({ length: 12 }, (_, i) => `update-${i}`);

/** Milliseconds of load before and after. */
const LOAD_MS = 1000;

const role = (revision: string): Role => ({ weight: 1, labels: { revision } });

Deno.test("an update of all nodes by production's settings fails no request", async () => {
  const settings = rolloutSettings(await nodeDeployment());
  const replicas = await productionReplicas();
  const ids = Array.from({ length: replicas }, (_, i) => `n${i + 1}`);
  await using cluster = await Cluster.start({
    nodes: replicas,
    config: await nodeConfig(),
    roles: Object.fromEntries(ids.map((id) => [id, role("old")])),
  });
  const pods = cluster.members.map((member) => new Pod(member, "old", settings));
  const fresh = ids.map((id) => {
    const member = cluster.newMember(`new-${id}`);
    member.play(role("new"));
    return member;
  });
  const unborn = fresh.values();
  const next = () => new Pod(unborn.next().value!, "new", settings);

  for (const pod of pods) pod.watch();
  await using balancer = new Balancer(() => pods.filter(({ reachable }) => reachable));
  await using client = new BalancedClient(balancer.url);
  let ends: readonly PodEnd[] = [];
  let took_ms = 0;
  const nodes = afterwards(cluster, fresh);
  try {
    await allReady(pods);
    const history = await conversation(nodes, client, SESSIONS, async () => {
      await systemClock.sleep(LOAD_MS);
      const begun = systemClock.monotonic();
      ends = await roll({ settings, replicas, pods, next });
      took_ms = systemClock.monotonic() - begun;
      await systemClock.sleep(LOAD_MS);
    });
    report(client, balancer, { ends, took_ms });
    assert.deepEqual([client.failures, balancer.barren], [[], []]);
    assert.deepEqual(client.sentOn(false), { streams: 0, waits: 0 });
    assert.deepEqual(ends.map(({ id, code }) => [id, code]), ids.map((id) => [id, 0]));
    assert.deepEqual(
      [...balancer.led.keys()].sort(),
      [...ids, ...fresh.map(({ id }) => id)].sort(),
    );
    await assertReplaced(cluster, fresh);
    await assertHistory(nodes, history);
  } finally {
    await Promise.all(pods.map((pod) => pod.forget()));
  }
});

async function allReady(pods: readonly Pod[]): Promise<void> {
  while (!pods.every(({ reachable }) => reachable)) await systemClock.sleep(50);
}

/** The cluster by its new nodes. */
function afterwards(cluster: Cluster, fresh: readonly Member[]): Nodes {
  return {
    site: cluster.site,
    member: (i) => fresh[i % fresh.length]!,
    complaints: () => cluster.complaints(),
  };
}

/** Only new nodes are there, and they hold everything. */
async function assertReplaced(cluster: Cluster, fresh: readonly Member[]): Promise<void> {
  await cluster.settled(fresh);
  const { items } = await fresh[0]!.client.get<ApiNodeList>(apiPath("nodes"));
  const active = items.filter(({ status }) => status === "active");
  assert.deepEqual(
    active.map(({ id, labels }) => [id, labels.revision]).sort(),
    fresh.map(({ id }) => [id, "new"]),
  );
}

function report(
  client: BalancedClient,
  { led }: Balancer,
  { ends, took_ms }: { readonly ends: readonly PodEnd[]; readonly took_ms: number },
): void {
  const counts = [...client.tallies].map(([kind, { count, longest_ms }]) =>
    `${kind} ${count} (longest ${Math.round(longest_ms)} ms)`
  );
  const connections = [...led].map(([id, count]) => `${id} ${count}`);
  const stops = ends.map(({ id, ms }) => `${id} ${Math.round(ms)} ms`);
  const { streams, waits } = client.sentOn(true);
  console.log(
    `update in ${Math.round(took_ms / 1000)} s; SIGTERM to exit: ${stops.join(", ")}\n` +
      `requests: ${counts.join(", ")}\nconnections: ${connections.join(", ")}\n` +
      `sent on by a node that stopped: ${streams} streams, ${waits} waits, all of kept connections`,
  );
}
