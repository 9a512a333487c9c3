import assert from "node:assert/strict";
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import type { IConfigMap } from "kubernetes-models/v1/ConfigMap";
import type { IPersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import type { IProbe } from "kubernetes-models/v1/Probe";
import type { ISecret } from "kubernetes-models/v1/Secret";
import { parse } from "yaml";
import { REQUESTS_MS } from "../../runtime/compose.ts";
import { type Config, loadConfig } from "../../runtime/config.ts";
import { VARIABLES } from "../../runtime/config/environment.ts";
import { healthRoutes } from "../../runtime/edge/health.ts";
import { PROTOCOL_VERSION, VERSION } from "../../runtime/version.ts";
import { COMMENTED_OUT, FOLDER } from "./kustomize.ts";
import { type Manifest, ofKind, podTemplates } from "./manifest.ts";
import { pick, RENDERED, testRendered } from "./rendered.ts";
import { nodeConfig, nodeDeployment, rolloutSettings } from "./rollout_settings.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

/** What the image sets for every container. */
const IMAGE_ENV = variables(
  [...read("Dockerfile").matchAll(/^(?:ENV| {3}) +([A-Z_]+=\S+?)(?: \\)?$/gm)]
    .map(([, line]) => line).join("\n"),
);

/** Production's Secret, filled in. */
const SECRETS = {
  ...variables(read("deploy/k8s/overlays/production/secrets.env.example")),
  SYNAPSE_API_KEY: "0123456789abcdef",
  DB_PASSWORD: "p@/",
};

/** `NAME=value`, a line each. */
function variables(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/** What the pods of each Deployment are told, by overlay. */
function nodes() {
  return [...RENDERED].flatMap(([overlay, manifests]) =>
    ofKind<IDeployment>(manifests, "Deployment").map((deployment) => {
      const { data: settings = {} } = pick(manifests, "ConfigMap/synapse-env") as IConfigMap;
      const { data: files = {} } = pick(manifests, "ConfigMap/synapse-config") as IConfigMap;
      const spec = deployment.spec!.template.spec!;
      const [container] = spec.containers;
      const own = (container!.env ?? []).map(({ name, value, valueFrom }) => [
        name,
        value ?? `pod-${valueFrom?.fieldRef?.fieldPath}`,
      ]);
      return {
        name: `${overlay}, ${deployment.metadata.name}`,
        deployment,
        spec,
        container: container!,
        env: { ...settings, ...secretsOf(manifests), ...Object.fromEntries(own) },
        file: files["config.yaml"]!,
      };
    })
  );
}

/** The Secret that an overlay makes, else production's. */
function secretsOf(manifests: readonly Manifest[]): Record<string, string> {
  const [secret] = ofKind<ISecret>(manifests, "Secret");
  if (secret === undefined) return SECRETS;
  const values = Object.entries(secret.data ?? {});
  return Object.fromEntries(values.map(([name, value]) => [name, atob(value)]));
}

/** Throws for a configuration that a node refuses. */
function configOf({ env, file }: ReturnType<typeof nodes>[number]): Config {
  return loadConfig({ env: { ...IMAGE_ENV, ...env }, readFile: () => file, cwd: "/app" });
}

testRendered("nodes accept their variables and their file", () => {
  assert.ok(nodes().length >= 5);
  for (const node of nodes()) {
    for (const name of Object.keys(node.env)) {
      assert.ok(Object.hasOwn(VARIABLES, name), `${node.name}: ${name}`);
    }
    const config = configOf(node);
    assert.equal(config.mode, "kubernetes");
    assert.equal(config.node_id, "pod-metadata.name");
    assert.deepEqual(config.cluster.labels, { kind: "pod" });
    assert.equal(config.journal.kind, "postgres", node.name);
    assert.notEqual(config.redis, null, node.name);
  }
});

testRendered("production asks Postgres for its certificate, in every pod that speaks to it", () => {
  for (const overlay of ["production", "production-migration", "everything"]) {
    const manifests = RENDERED.get(overlay)!;
    const { data: settings = {} } = pick(manifests, "ConfigMap/synapse-env") as IConfigMap;
    const { data: files = {}, metadata } = pick(
      manifests,
      "ConfigMap/synapse-config",
    ) as IConfigMap;
    const { searchParams } = new URL(settings.DATABASE_URL!);
    assert.equal(searchParams.get("sslmode"), "verify-full", overlay);
    const authority = searchParams.get("sslrootcert") ?? "";
    const pods = podTemplates(manifests);
    assert.ok(pods.length >= 2, overlay);
    for (const { from, spec } of pods) {
      const { name } = (spec.volumes ?? []).find(({ configMap }) =>
        configMap?.name === metadata?.name
      )!;
      const mount = spec.containers[0]!.volumeMounts!.find((mount) => mount.name === name)!;
      const paths = Object.keys(files).map((file) => `${mount.mountPath}/${file}`);
      assert.ok(paths.includes(authority), `${overlay}, ${from} has ${paths}`);
    }
  }
});

testRendered("edge nodes take no partitions, and are the ones that the API leads to", () => {
  const weights = nodes().map((node) => [node.deployment.metadata.name, configOf(node).cluster]);
  for (const [name, cluster] of weights as [string, Config["cluster"]][]) {
    assert.equal(cluster.weight, name === "synapse-edge" ? 0 : 1, name);
  }
  const everything = RENDERED.get("everything")!;
  for (const name of ["Service/synapse", "Service/synapse-external"]) {
    const { spec } = pick(everything, name) as Manifest & {
      spec: { selector: Record<string, string> };
    };
    assert.equal(spec.selector["app.kubernetes.io/component"], "edge", name);
  }
});

// A new start only mends a node that is stuck; one that cannot work gets no requests.
testRendered("probes ask what they are for", async () => {
  const healths = [
    { status: "ready" },
    { status: "not_ready" },
    { status: "ready", stuck: true },
  ];
  const asked = healths.map(({ status, stuck = false }) =>
    healthRoutes({
      version: VERSION,
      health: () => Promise.resolve({ status, version: VERSION, dependencies: [] } as never),
      stuck: () => stuck ? "It stands still" : null,
    })
  );
  for (const { name, container } of nodes()) {
    const { startupProbe, livenessProbe, readinessProbe, ports = [] } = container;
    const answers = async (probe: IProbe | undefined) => {
      const path = probe?.httpGet?.path;
      assert.equal(probe?.httpGet?.port, "api", name);
      return await Promise.all(asked.map(async (app) => (await app.request(path!)).status));
    };
    assert.deepEqual(await answers(startupProbe), [200, 200, 503], name);
    assert.deepEqual(await answers(livenessProbe), [200, 200, 503], name);
    assert.deepEqual(await answers(readinessProbe), [200, 503, 200], name);
    assert.deepEqual(
      ports.map((port) => [port.name, String(port.containerPort)]),
      [
        ["api", VARIABLES.SYNAPSE_PORT.fallback],
        ["metrics", VARIABLES.SYNAPSE_METRICS_PORT.fallback],
      ],
    );
  }
});

testRendered("a start may take as long as under systemd, and no rollout fails before", () => {
  const unit = read("deploy/systemd/synapse.service");
  const [, minutes] = /^TimeoutStartSec=(\d+)min$/m.exec(unit) ?? [];
  for (const { name, deployment } of nodes()) {
    const { period_ms, failures } = rolloutSettings(deployment).startup;
    assert.equal(period_ms * failures, Number(minutes) * 60_000, name);
    const progress_ms = 1000 * (deployment.spec?.progressDeadlineSeconds ?? 600);
    assert.ok(progress_ms >= period_ms * failures + 60_000, `${name}: ${progress_ms}`);
  }
});

testRendered("a pod has the time to hand over, and ends after nobody is led to it", () => {
  for (const node of nodes()) {
    const { name, deployment } = node;
    const settings = rolloutSettings(deployment);
    const { limits: { drain_ms } } = configOf(node);
    const needed_ms = settings.pre_stop_ms + drain_ms + REQUESTS_MS;
    const { grace_ms } = settings;
    assert.ok(grace_ms >= 2 * needed_ms, `${name}: ${grace_ms} for ${needed_ms}`);
    assert.deepEqual([settings.max_surge, settings.max_unavailable], [1, 0]);
  }
});

// runtime/e2e/cluster/rolling_update_test.ts reads the plain files, so that it needs no kustomize.
testRendered("production updates its nodes by the settings that were tried", async () => {
  const production = nodes().filter(({ name }) => name === "production, synapse");
  assert.equal(production.length, 1);
  for (const { deployment, file } of production) {
    assert.deepEqual(rolloutSettings(deployment), rolloutSettings(await nodeDeployment()));
    assert.deepEqual(parse(file), await nodeConfig());
  }
});

testRendered("what a node writes is its own, and where the image lets it", () => {
  const [, writable = ""] = /--allow-write=(\S+)/.exec(read("deploy/docker/synapse")) ?? [];
  for (const [overlay, manifests] of RENDERED) {
    const pods = podTemplates(manifests).filter(({ spec }) =>
      spec.containers[0]!.image?.startsWith("synapse/core")
    );
    for (const { from, spec } of pods) {
      const mounts = spec.containers[0]!.volumeMounts ?? [];
      const paths = mounts.filter(({ readOnly }) => readOnly !== true)
        .map(({ mountPath }) => mountPath);
      assert.ok(paths.includes("/tmp"), `${from} compiles anew at each start`);
      const others = paths.filter((path) => path !== "/tmp" && !writable.split(",").includes(path));
      assert.deepEqual(others, [], `${overlay}, ${from}`);
      assert.equal(spec.containers[0]!.image, `synapse/core:${VERSION}`);
      assert.equal(spec.securityContext?.runAsUser, 1000);
    }
    // Several nodes cannot share a claim for one machine.
    for (const { from, spec } of pods.filter(({ from }) => from.startsWith("Deployment/"))) {
      const claims = (spec.volumes ?? []).filter((volume) => volume.persistentVolumeClaim);
      assert.deepEqual(claims, [], from);
    }
    for (const claim of ofKind<IPersistentVolumeClaim>(manifests, "PersistentVolumeClaim")) {
      assert.equal(claim.metadata.name, "synapse-backup");
    }
  }
});

testRendered("labels name the protocol, and images are those of Docker Compose", () => {
  const compose: { services: Record<string, { image: string }> } = parse(
    read("docker-compose.yml"),
  );
  const images = Object.values(compose.services).map(({ image }) => image);
  for (const [overlay, manifests] of RENDERED) {
    for (const { from, labels, spec } of podTemplates(manifests)) {
      for (const { image } of spec.containers) assert.ok(images.includes(image!), image);
      if (from.startsWith("Deployment/")) assert.equal(labels.protocol_version, PROTOCOL_VERSION);
      assert.equal(labels["app.kubernetes.io/part-of"], "synapse", `${overlay}, ${from}`);
    }
  }
});

Deno.test("every component is in production, is commented out there, or is of the migration", () => {
  const production = read("deploy/k8s/overlays/production/kustomization.yaml");
  const migration = read("deploy/k8s/overlays/production-migration/kustomization.yaml");
  const used = `${production}\n${migration}`.replaceAll(COMMENTED_OUT, "- $1")
    .matchAll(/^ {2}- \.\.\/\.\.\/components\/(\S+)$/gm);
  const all = [...Deno.readDirSync(`${FOLDER}components`)].map(({ name }) => name);
  assert.deepEqual([...used].map(([, name]) => name).sort(), all.sort());
});
