import assert from "node:assert/strict";
import type { ApiNodeList, ApiSession } from "../cli/api_types.ts";
import { apiPath } from "../cli/client.ts";
import { Between } from "./console_between.ts";
import { Tab } from "./test_browser.ts";
import { consoleTest, hostOf, REQUEST_FAILED, riskySite } from "./console_site.ts";
import { poisonMailboxes } from "./journal_edit.ts";
import { ask, eventsOf, openSession, until } from "./session_calls.ts";

/** What each part of the console shows when there is something to show. */
const PLACES: readonly (readonly [string, string])[] = [
  ["Sessions", "assistant v1"],
  ["Approvals", "wants to run"],
  ["Dead letters", "No command was put aside."],
  ["Nodes", "active"],
  ["Agents", "assistant"],
  ["Skills", "wire_money"],
  ["Memory", "likes tea"],
];

/** A tab with a session of which every part of the console has something to show. */
async function fullTab(url: string, options: Parameters<typeof Tab.open>[1]): Promise<Tab> {
  const tab = await Tab.open(`${url}/console`, options);
  await tab.openSession();
  await tab.say('/call remember {"text":"Ann likes tea"}');
  await tab.calls("remember").getByText("done").waitFor();
  await tab.answers().waitFor();
  await tab.say('/call wire_money {"text":"1"}\n/call send_mail {"text":"2"}');
  await tab.calls("wire_money").getByRole("button", { name: "Approve" }).waitFor();
  return tab;
}

for (const colorScheme of ["light", "dark"] as const) {
  consoleTest(
    `every part of the console is accessible and fits a phone (${colorScheme})`,
    async () => {
      await using site = await riskySite();
      const node = await site.start();
      await using tab = await fullTab(node.url, {
        colorScheme,
        viewport: { width: 1100, height: 800 },
      });
      const { page } = tab;
      const check = async (what: string) => {
        for (const width of [1100, 360]) {
          await page.setViewportSize({ width, height: 800 });
          assert.deepEqual(await tab.inaccessible(), [], `${what}, ${width} pixels wide`);
          const overflow =
            "document.documentElement.scrollWidth - document.documentElement.clientWidth";
          assert.equal(await page.evaluate(overflow), 0, `${what} fits into ${width} pixels`);
        }
        await page.setViewportSize({ width: 1100, height: 800 });
      };
      await tab.calls("wire_money").getByRole("button", { name: "Change the input" }).click();
      await check("a conversation");
      await page.getByRole("link", { name: "Events" }).click();
      await page.locator(".events summary").first().click();
      await page.getByRole("button", { name: "Fork after it" }).waitFor();
      await check("events");
      await page.getByRole("link", { name: "State", exact: true }).click();
      await page.getByText("After event").last().waitFor();
      await check("a state");
      for (const [place, text] of PLACES) {
        await page.getByRole("link", { name: place, exact: true }).click();
        await page.getByRole("heading", { name: place, level: 1 }).waitFor();
        await page.getByRole("main").getByText(text).first().waitFor();
        assert.equal(await page.evaluate("document.activeElement.tagName"), "H1", place);
        await check(place);
      }
      tab.assertSound(hostOf(node.url));
      const spoil = "document.querySelector('main').append(document.createElement('input'))";
      await page.evaluate(spoil);
      assert.match((await tab.inaccessible()).join(), /^label: <input>$/, "a fault is noticed");
    },
  );
}

consoleTest(
  "the console forks a session, shows past states, cancels a turn and closes",
  async () => {
    await using site = await riskySite();
    const node = await site.start();
    await using tab = await Tab.open(`${node.url}/console`);
    const { page } = tab;
    const id = await tab.openSession();
    await tab.say("first");
    await tab.answers().getByText("first").waitFor();
    await tab.say("/tokens 500\n/slow 100");
    await page.getByRole("article", { name: "Answer being given" }).waitFor();
    await page.getByRole("button", { name: "Cancel the turn" }).click();
    await page.getByText("Turn 2 was cancelled").waitFor();
    assert.equal(await page.getByRole("article", { name: "Answer being given" }).count(), 0);

    await page.getByRole("link", { name: "Events" }).click();
    await page.locator(".events summary", { hasText: "turn.completed" }).click();
    await page.getByRole("link", { name: "State after it" }).click();
    await page.getByText("After event 5, hash").waitFor();
    await page.getByRole("spinbutton", { name: "After event" }).fill("1");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("After event 1, hash").waitFor();
    await page.goBack();
    await page.getByText("After event 5, hash").waitFor();
    await page.getByRole("button", { name: "Fork after it" }).click();
    await page.getByText("Forked after event 5 of").waitFor();
    await page.getByRole("link", { name: id }).click();

    await page.getByRole("button", { name: "Close the session" }).click();
    await page.getByRole("button", { name: "Close for good" }).click();
    await page.getByText("This session is closed.").waitFor();
    await tab.connection("The journal is at its end").waitFor();
    const types = (await eventsOf(node.client, id)).map(({ type }) => type);
    assert.deepEqual(types.slice(-2), ["turn.cancelled", "session.closed"]);
    tab.assertSound(hostOf(node.url));
  },
);

consoleTest("the console works behind a proxy that puts a prefix before it", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using between = new Between(node.url, "/agents");
  await using tab = await Tab.open(`${between.url}/console/`);
  await tab.openSession();
  await tab.say("from behind");
  await tab.answers().getByText("from behind").waitFor();
  assert.equal(new URL(tab.page.url()).pathname, "/agents/console");
  tab.assertSound(hostOf(between.url));
});

consoleTest("the console shows a dead letter, and has it tried again", async () => {
  await using site = await riskySite();
  const first = await site.start();
  await openSession(first.client, "poisoned");
  await first.terminate();
  poisonMailboxes(site.journal);
  const node = await site.start();
  await using tab = await Tab.open(`${node.url}/console#/dead-letters`);
  const { page } = tab;
  const letters = page.getByRole("article", { name: /^Dead letter/ });
  await letters.getByText("open").waitFor();
  await letters.getByText("sent by test").waitFor();
  await letters.getByText("Command").click();
  await letters.locator("pre", { hasText: "of.tomorrow" }).waitFor();
  await letters.getByRole("button", { name: "Try it again" }).click();
  await letters.getByText("retried").waitFor();
  await letters.nth(1).getByText("open").waitFor();
  assert.equal(await letters.count(), 2);
  tab.assertSound(hostOf(node.url));
});

consoleTest("the console drains the last node only when it is asked to all the same", async () => {
  await using site = await riskySite();
  const node = await site.start();
  const requested = async () => {
    const { items } = await node.client.get<ApiNodeList>(apiPath("nodes"));
    return items.map(({ drain_requested }) => drain_requested);
  };
  await using tab = await Tab.open(`${node.url}/console#/nodes`);
  const { page } = tab;
  await page.getByRole("button", { name: "Drain" }).click();
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByRole("button", { name: "Drain" }).click();
  await page.getByRole("button", { name: "Drain" }).click();
  await page.getByText("last_node").waitFor();
  assert.deepEqual(await requested(), [false]);
  await page.getByRole("button", { name: "Drain it all the same" }).click();
  await page.getByText("asked", { exact: true }).waitFor();
  const drains = async () => (await requested())[0] || null;
  await until(node.client, "the node is asked to drain", drains);
  tab.assertSound(hostOf(node.url), REQUEST_FAILED);
});

consoleTest("the console shows long lists and journals piece by piece", async () => {
  await using site = await riskySite();
  const node = await site.start();
  const ids = Array.from({ length: 55 }, (_, i) => `many-${i}`);
  for (const id of ids) await openSession(node.client, id);
  for (let i = 0; i < 120; i++) await ask(node.client, "many-54", `message ${i}`);
  const { seq } = await node.client.get<ApiSession>(apiPath("sessions", "many-54"));

  await using tab = await Tab.open(`${node.url}/console`);
  const { page } = tab;
  const rows = page.getByRole("row");
  await rows.nth(50).waitFor();
  assert.equal(await rows.count(), 51, "a page and the names of the columns");
  await page.getByRole("button", { name: "More" }).click();
  await rows.nth(55).waitFor();
  assert.equal(await page.getByRole("button", { name: "More" }).count(), 0);
  await page.getByRole("combobox", { name: "Status" }).selectOption("closed");
  await page.getByText("No session is like that.").waitFor();
  await page.getByRole("combobox", { name: "Status" }).selectOption("idle");
  await page.getByRole("link", { name: "many-54" }).click();

  const said = page.getByRole("article", { name: "Message" });
  await said.getByText("message 119", { exact: true }).waitFor();
  assert.equal(await said.getByText("message 0", { exact: true }).count(), 0);
  await page.getByRole("button", { name: `Show earlier (${seq - 400} events)` }).click();
  await said.getByText("message 0", { exact: true }).waitFor();
  assert.equal(await said.count(), 120);
  assert.equal(await page.getByRole("button", { name: /Show earlier/ }).count(), 0);
  tab.assertSound(hostOf(node.url));
});

consoleTest("the console does not say of one list what went wrong with another", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using tab = await Tab.open(`${node.url}/console`);
  const { page } = tab;
  await page.getByText("There is no session yet.").waitFor();
  const released = Promise.withResolvers<void>();
  await page.route("**/api/v1/sessions?*", async (route) => {
    const status = new URL(route.request().url()).searchParams.get("status");
    if (status === "closed") return await route.fulfill({ status: 500, body: "" });
    if (status === "idle") await released.promise;
    await route.continue();
  });
  const choose = (status: string) =>
    page.getByRole("combobox", { name: "Status" }).selectOption(status);
  const alert = page.getByRole("alert");
  await choose("closed");
  await alert.getByText("The answer was HTTP 500").waitFor();
  await choose("idle");
  await page.getByRole("main").getByText("Loading…").waitFor();
  assert.equal(await alert.count(), 0);
  released.resolve();
  await page.getByText("No session is like that.").waitFor();
  tab.assertSound(hostOf(node.url), REQUEST_FAILED);
});
