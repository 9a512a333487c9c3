import assert from "node:assert/strict";
import type { ApiApproval, ApiDeadLetter, ApiSession, ApiSkillList } from "../cli/api_types.ts";
import { CommandLine } from "./command_line.ts";
import { editJournal, poisonMailboxes } from "./journal_edit.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import { openSession, question, send, until, untilStatus } from "./session_calls.ts";
import { Site } from "./site.ts";

interface List<Item> {
  readonly items: readonly Item[];
}

Deno.test("send, sessions and skills do over a real node what they say", async () => {
  await using site = await Site.create();
  const node = await site.start();
  const cli = new CommandLine(site, node);
  const sent = await cli.run(["send", '/call calculator {"expression":"6*7"}']);
  assert.equal(sent.code, 0);
  assert.match(sent.stdout, /42/);
  const [, id = ""] = /^Session (ses_\S+)$/m.exec(sent.stderr) ?? [];
  assert.match(await cli.text("send", "--session", id, "and on"), /and on/);
  assert.match((await cli.run(["send", "-"], "from a pipe")).stdout, /from a pipe/);

  const { items } = await cli.json<List<ApiSession>>("sessions", "ls");
  assert.deepEqual(items.map(({ id }) => id)[1], id, "newest first");
  assert.match(await cli.text("sessions", "ls"), new RegExp(`^${id} +assistant +idle +2 `, "m"));
  const shown = await cli.json<ApiSession>("sessions", "show", id);
  assert.deepEqual([shown.id, shown.turns, shown.status], [id, 2, "idle"]);

  const lines = (await cli.text("sessions", "events", id, "--json")).split("\n");
  const types = lines.map((line) => JSON.parse(line).type);
  assert.deepEqual([types[0], types.at(-1), types.length], [
    "session.created",
    "turn.completed",
    shown.seq,
  ]);
  const fork = await cli.json<ApiSession>("sessions", "fork", id, "--at", "3");
  assert.notEqual(fork.id, id);
  // It branched off in the middle of a turn, which it owes as well.
  assert.match(await cli.text("send", "--session", fork.id, "from here"), /from here/);
  const skills = await cli.json<ApiSkillList>("skills", "ls");
  assert.ok(skills.items.some(({ name }) => name === "calculator"));
  assert.equal((await cli.run(["sessions", "show", "nobody"])).code, 4);
});

Deno.test("sessions cancel ends a running turn", async () => {
  await using site = await Site.create();
  const node = await site.start();
  const cli = new CommandLine(site, node);
  await openSession(node.client, "slow");
  await send(node.client, "slow", "/tokens 1000\n/slow 100");
  await cli.text("sessions", "cancel", "slow", "--reason", "took too long");
  const { status } = await untilStatus(node.client, "slow", "idle");
  assert.equal(status, "idle");
  assert.match(await cli.text("sessions", "events", "slow"), /turn\.cancelled .*took too long/);
  assert.equal((await cli.run(["sessions", "cancel", "slow"])).code, 5, "there is none to cancel");
});

Deno.test("approvals ls, approve and deny decide about risky calls", async () => {
  await using site = await Site.create({
    skills: (root) => ({
      "risky.ts": ledgerSkill(root, { name: "risky", idempotent: false, risk: 4 }),
    }),
  });
  const node = await site.start();
  const cli = new CommandLine(site, node);
  for (const session of ["yes", "no"]) {
    await openSession(node.client, session);
    await send(node.client, session, `/call risky {"text":"${session}"}`);
    await question(node.client, session);
  }
  const { items } = await cli.json<List<ApiApproval>>("approvals", "ls");
  assert.deepEqual(items.map(({ session }) => session), ["yes", "no"], "oldest first");
  const [yes, no] = items.map(({ id }) => id);
  assert.equal(await cli.text("approvals", "approve", yes!), `${yes}: approve`);
  assert.equal(await cli.text("approvals", "deny", no!, "--reason", "too risky"), `${no}: deny`);
  for (const session of ["yes", "no"]) await untilStatus(node.client, session, "idle");
  assert.deepEqual((await ledgerOf(site.root, "risky")).map(({ text }) => text), ["yes"]);
  assert.match(await cli.text("sessions", "events", "no"), /too risky/);
  assert.equal((await cli.run(["approvals", "approve", yes!])).code, 5, "it is decided");
  assert.deepEqual((await cli.json<List<unknown>>("approvals", "ls")).items, []);
});

Deno.test("chat through a pipe talks, asks about a risky call, and takes the answer from the pipe", async () => {
  await using site = await Site.create({
    skills: (root) => ({
      "risky.ts": ledgerSkill(root, { name: "risky", idempotent: false, risk: 3 }),
    }),
  });
  const cli = new CommandLine(site, await site.start());
  const input = 'good morning\n/call risky {"text":"a"}\napprove\ngood night\n';
  const { code, stdout } = await cli.run(["chat"], input);
  assert.equal(code, 0, stdout);
  const wanted = [
    "you said: good morning",
    "risky wants to run (risk 3 of 5)",
    "risky returned: risky did a",
    "you said: good night",
  ];
  const places = wanted.map((text) => stdout.indexOf(text));
  assert.ok(!places.includes(-1), stdout);
  assert.deepEqual(places, places.toSorted((a, b) => a - b), "in this order");
  assert.equal((await ledgerOf(site.root, "risky")).length, 1);
});

Deno.test("audit verify names the event that was edited by hand, from the file and from the node", async () => {
  await using site = await Site.create();
  const node = await site.start();
  const cli = new CommandLine(site, node);
  for (const session of ["honest", "forged"]) {
    await openSession(node.client, session);
    await send(node.client, session, "pay 10", { query: { wait: "30s" } });
  }
  assert.match(await cli.text("audit", "verify"), /Verified 2 sessions/);
  await node.terminate();
  editJournal(
    site.journal,
    "UPDATE events SET payload = replace(payload, 'pay 10', 'pay 99') WHERE type = 'message.received' " +
      "AND actor = (SELECT key FROM actors WHERE id = 'forged')",
  );

  for (const look of [new CommandLine(site), new CommandLine(site, await site.start())]) {
    const { code, stdout } = await look.run(["audit", "verify"]);
    assert.equal(code, 1);
    assert.match(stdout, /^forged: broken at 2: Event 2 has the hash/m);
    assert.doesNotMatch(stdout, /^honest/m);
    assert.equal((await look.run(["audit", "verify", "honest"])).code, 0);
  }
});

Deno.test("dead-letters ls and retry show and repeat a command that its actor cannot take", async () => {
  await using site = await Site.create();
  const first = await site.start();
  await openSession(first.client, "poisoned");
  assert.deepEqual(
    (await new CommandLine(site, first).json<List<unknown>>("dead-letters", "ls")).items,
    [],
  );
  await first.terminate();
  poisonMailboxes(site.journal);

  const node = await site.start();
  const cli = new CommandLine(site, node);
  const letters = () => cli.json<List<ApiDeadLetter>>("dead-letters", "ls");
  const [letter] = await until(node.client, "the command is a dead letter", async () => {
    const { items } = await letters();
    return items.length > 0 ? items : null;
  });
  assert.deepEqual([letter?.actor, letter?.command_id, letter?.attempts, letter?.status], [
    "session/poisoned",
    "cmd_new",
    5,
    "open",
  ]);
  assert.match(await cli.text("send", "--session", "poisoned", "still fine?"), /still fine\?/);
  await cli.text("dead-letters", "retry", letter!.id);
  const again = await until(node.client, "it is a dead letter again", async () => {
    const { items } = await letters();
    return items.length > 1 ? items : null;
  });
  assert.deepEqual(again.map(({ status }) => status), ["retried", "open"]);
  assert.equal((await cli.run(["dead-letters", "retry", "nobody"])).code, 4);
});

Deno.test("doctor, version and config check need no node, and say what is wrong", async () => {
  await using site = await Site.create();
  const cli = new CommandLine(site);
  const { version, deno } = await cli.json<Record<string, string>>("version");
  assert.match(version ?? "", /^\d+\.\d+\.\d+$/);
  assert.equal(deno, Deno.version.deno);
  assert.equal((await cli.json<{ ok: boolean }>("doctor")).ok, true);
  await cli.text("config", "check");

  await Deno.writeTextFile(`${site.root}/config.yaml`, "limits:\n  idle_ms: -1\n");
  await Deno.writeTextFile(`${site.root}/user_skills/broken.ts`, "export default 7;\n");
  const doctor = await cli.run(["doctor"]);
  assert.equal(doctor.code, 1);
  assert.match(doctor.stdout, /fault +configuration: .*limits\.idle_ms/);
  assert.equal((await cli.run(["config", "check"])).code, 2);
  await Deno.writeTextFile(`${site.root}/config.yaml`, "");
  assert.match((await cli.run(["doctor"])).stdout, /broken\.ts/);
  assert.equal((await cli.run(["sessions", "ls", "--url", "http://127.0.0.1:1"])).code, 3);
});
