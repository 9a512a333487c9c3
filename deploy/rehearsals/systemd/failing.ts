/**
 * Part of the rehearsal: the node is killed, stands still, is stopped, and is wrongly configured.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import { openSession, send, untilStatus } from "../../../runtime/e2e/session_calls.ts";
import { require } from "../rehearsal_error.ts";
import { type Stage, UNIT } from "./stage.ts";

/** How long the clients talk before something happens to the node, in milliseconds. */
const TALK_MS = 1500;

/** Longer than the watchdog waits here, in milliseconds. */
const WATCHED_MS = 6000;

/** `TimeoutStopSec` of the unit, in milliseconds. */
const STOP_MS_MAX = 60_000;

/** A message whose answer takes five seconds. */
const LONG = "/slow 100\n/tokens 50";

/** Looks whether systemd and the node deal with all of it, and no acknowledged message is lost. */
export async function failNode(stage: Stage): Promise<void> {
  const { checklist } = stage;
  checklist.part("Failing");
  await checklist.step(
    "kill -9 under load: systemd starts the node again, nothing is lost",
    () => killed(stage),
  );
  await checklist.step(
    "the node lives on beyond its watchdog's time, idle and under load",
    async () => {
      const before = await stage.unit();
      await stage.underLoad(() => systemClock.sleep(WATCHED_MS));
      await systemClock.sleep(WATCHED_MS);
      const { pid, restarts } = await stage.unit();
      require(pid === before.pid && restarts === before.restarts, "It was started anew");
    },
  );
  await checklist.step(
    "SIGSTOP under load: the watchdog ends the node, nothing is lost",
    () => frozen(stage),
  );
  await checklist.step(
    "systemctl stop under load: in time and in good order, nothing is lost",
    () => stopped(stage),
  );
  await checklist.step(
    "a wrong configuration is not tried again and again",
    () => misconfigured(stage),
  );
}

async function killed(stage: Stage): Promise<string> {
  const before = await stage.unit();
  const ms = await stage.underLoad(async () => {
    await systemClock.sleep(TALK_MS);
    const begun = systemClock.monotonic();
    await stage.machine.output(["kill", "-KILL", `${before.pid}`]);
    await stage.servesAfter(before);
    return systemClock.monotonic() - begun;
  });
  return `${seconds(ms)} s without a node, ${await stage.conversations.check()} messages there`;
}

async function frozen(stage: Stage): Promise<string> {
  const { machine, conversations } = stage;
  const before = await stage.unit();
  const ms = await stage.underLoad(async () => {
    await systemClock.sleep(TALK_MS);
    const begun = systemClock.monotonic();
    await machine.output(["kill", "-STOP", `${before.pid}`]);
    await stage.servesAfter(before);
    return systemClock.monotonic() - begun;
  });
  const log = await machine.output(["journalctl", "--no-pager", "--unit", UNIT, "--lines=200"]);
  require(/Watchdog timeout/.test(log), "systemd's journal says nothing of a watchdog");
  return `${seconds(ms)} s without a node, ${await conversations.check()} messages there`;
}

/** A turn is under way, and clients go on sending. */
async function stopped(stage: Stage): Promise<string> {
  const { machine, conversations } = stage;
  const { client } = conversations;
  await openSession(client, "long");
  await send(client, "long", LONG);
  const before = await stage.unit();
  const ms = await stage.underLoad(async () => {
    await systemClock.sleep(TALK_MS);
    const begun = systemClock.monotonic();
    await machine.output(["systemctl", "stop", UNIT]);
    const ms = systemClock.monotonic() - begun;
    const { active, result, exitStatus } = await stage.unit();
    require(
      active === "inactive" && result === "success" && exitStatus === 0,
      `It is ${active}, ${result}, and ended with ${exitStatus}`,
    );
    await machine.output(["systemctl", "start", UNIT]);
    return ms;
  });
  require(ms < STOP_MS_MAX, `It took ${ms} ms`);
  require((await stage.unit()).restarts === 0, `It was started anew, before: ${before.restarts}`);
  await untilStatus(client, "long", "idle");
  const count = await conversations.check();
  return `${Math.round(ms)} ms to stop, ${count} messages there, the turn under way was finished`;
}

async function misconfigured(stage: Stage): Promise<void> {
  const { machine } = stage;
  const file = `${machine.root}/opt/synapse/config/synapse.env`;
  const right = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, `${right}SYNAPSE_PORT=none\n`);
  const { code } = await machine.end(["systemctl", "restart", UNIT]);
  require(code !== 0, "systemctl restart says that it runs");
  await systemClock.sleep(2500);
  const { active, sub, exitStatus, restarts } = await stage.unit();
  require(
    active === "failed" && exitStatus === 2 && restarts === 0,
    `It is ${active} (${sub}), ended with ${exitStatus}, and was started ${restarts} times`,
  );
  await Deno.writeTextFile(file, right);
  await machine.output(["systemctl", "start", UNIT]);
  await stage.conversations.check();
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
