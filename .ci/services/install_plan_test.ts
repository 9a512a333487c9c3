import assert from "node:assert/strict";
import { planInstall } from "./install_plan.ts";

const UBUNTU = 'NAME="Ubuntu"\nVERSION_ID="26.04"\nID=ubuntu\nID_LIKE=debian\n';
const MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n';
const FEDORA = 'NAME="Fedora, not debian"\nID=fedora\n';

const host = { isRoot: true, osRelease: UBUNTU, hasPolicy: false };

/** The commands of a plan, shortened to what they do. */
function outline(plan: ReturnType<typeof planInstall>): string[] | undefined {
  return plan?.map(({ command }) => command.filter((part) => !part.startsWith("-")).join(" "));
}

Deno.test("planInstall() updates, installs what is missing, and lets no service start", () => {
  const plan = planInstall(["postgresql", "redis-server"], host);
  const [forbid, ...rest] = outline(plan) ?? [];
  assert.match(forbid ?? "", /exit 101.* >\/usr\/sbin\/policy-rc\.d/);
  assert.deepEqual(rest, [
    "env DEBIAN_FRONTEND=noninteractive apt-get update",
    "env DEBIAN_FRONTEND=noninteractive apt-get install postgresql redis-server",
    "rm /usr/sbin/policy-rc.d",
  ]);
  assert.equal(plan?.at(-1)?.always, true);
});

Deno.test("planInstall() leaves a policy alone that is there already", () => {
  assert.deepEqual(outline(planInstall(["redis-server"], { ...host, hasPolicy: true })), [
    "env DEBIAN_FRONTEND=noninteractive apt-get update",
    "env DEBIAN_FRONTEND=noninteractive apt-get install redis-server",
  ]);
});

Deno.test("planInstall() knows descendants of Debian", () => {
  assert.notEqual(planInstall(["redis-server"], { ...host, osRelease: MINT }), null);
});

Deno.test("planInstall() has no plan for other systems and for anybody but root", () => {
  assert.equal(planInstall(["redis-server"], { ...host, osRelease: FEDORA }), null);
  assert.equal(planInstall(["redis-server"], { ...host, osRelease: "" }), null);
  assert.equal(planInstall(["redis-server"], { ...host, isRoot: false }), null);
});
