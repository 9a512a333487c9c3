import assert from "node:assert/strict";
import { VERSION } from "../../../runtime/version.ts";
import { imageFaults } from "./image_facts.ts";
import { ROOT } from "./stack.ts";

const REVISION = "b160a2b";
const PREFIX = "org.opencontainers.image.";

/** The labels of the Dockerfile, as the engine fills them in. */
const LABELS = Object.fromEntries(
  [
    ...Deno.readTextFileSync(`${ROOT}Dockerfile`).matchAll(
      /(org\.opencontainers\.image\.[\w.]+)="([^"]*)"/g,
    ),
  ].map(([, name = "", value = ""]) => [
    name,
    value.replace("${VERSION}", VERSION).replace("${REVISION}", REVISION),
  ]),
);

/** The faults of an image that is otherwise as it should be. */
const faultsOf = (
  { mb = 190, user = "1000:1000", labels = {} }: {
    readonly mb?: number;
    readonly user?: string;
    readonly labels?: Readonly<Record<string, string>>;
  },
) =>
  imageFaults(
    { Size: mb * 1e6, Config: { User: user, Labels: { ...LABELS, ...labels } } },
    REVISION,
  );

Deno.test("imageFaults() finds none in the image of the Dockerfile", () => {
  assert.equal(Object.keys(LABELS).length, 5);
  assert.deepEqual(faultsOf({}), []);
  assert.deepEqual(faultsOf({ labels: { maintainer: "of the base image" } }), []);
});

Deno.test("imageFaults() finds an image that has grown, and another user", () => {
  assert.deepEqual(faultsOf({ mb: 201 }), ["It has 201 MB, at most are wanted 200"]);
  assert.deepEqual(faultsOf({ user: "" }), ["User is "]);
});

Deno.test("imageFaults() looks at every label", () => {
  for (const name of ["title", "description", "licenses", "version", "revision"]) {
    assert.deepEqual(faultsOf({ labels: { [PREFIX + name]: "" } }), [`Label ${name} is `], name);
  }
  const later = `${VERSION}-rc1`;
  assert.deepEqual(faultsOf({ labels: { [`${PREFIX}version`]: later } }), [
    `Label version is ${later}`,
  ]);
  assert.deepEqual(faultsOf({ labels: { [`${PREFIX}revision`]: "unknown" } }), [
    "Label revision is unknown",
  ]);
  assert.equal(imageFaults({ Size: 1, Config: { User: "1000:1000" } }, REVISION).length, 5);
});
