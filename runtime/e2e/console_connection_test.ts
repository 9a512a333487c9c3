import assert from "node:assert/strict";
import type { ApiSession } from "../cli/api_types.ts";
import { apiPath } from "../cli/client.ts";
import { asksStream, Between } from "./console_between.ts";
import { consoleTest, hostOf, REQUEST_FAILED, riskySite } from "./console_site.ts";
import { ask, eventsOf, payloads, until } from "./session_calls.ts";
import { Tab } from "./test_browser.ts";

/** An answer of that many words, ten of them a second. */
const COUNT = 200;
const COUNTING = `/tokens ${COUNT}\n/slow 100`;
const COUNTED = Array.from({ length: COUNT }, (_, i) => i + 1).join(" ");

/** Waits until the answer has so many characters, and returns it. */
async function growing(tab: Tab, length: number): Promise<string> {
  const running = tab.page.getByRole("article", { name: "Answer being given" });
  for (;;) {
    const text = (await running.innerText()).trim();
    if (text.length > length) return text;
  }
}

consoleTest("the console goes on with an answer where it was, when it is told to now", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using between = new Between(node.url);
  await using tab = await Tab.open(`${between.url}/console`);
  await tab.openSession();
  await tab.say(COUNTING);
  const before = await growing(tab, 10);
  between.instead = (request) => asksStream(request) ? new Response("", { status: 503 }) : null;
  between.cut();
  await tab.connection("Cut off").waitFor();
  // By then it waits for a second at least.
  const tried = async () => between.lastIds.length >= 4 || null;
  await until(node.client, "it tries in vain", tried);
  between.instead = () => null;
  await tab.page.getByRole("button", { name: "Now" }).click();
  await tab.connection("Live").waitFor();
  const after = await growing(tab, before.length + 3);
  assert.ok(COUNTED.startsWith(after), `${after} after ${before}`);
  assert.match(between.lastIds.at(-1) ?? "", /^\d+\.\d+$/, "after a piece, not after an event");
  tab.assertSound(hostOf(between.url), REQUEST_FAILED);
});

consoleTest("the console begins anew after a refusal without a gap or a repetition", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using between = new Between(node.url);
  await using tab = await Tab.open(`${between.url}/console`);
  const { page } = tab;
  const id = await tab.openSession();
  const refuse = async () => {
    between.instead = (request) => asksStream(request) ? new Response("", { status: 403 }) : null;
    between.cut();
    await page.getByText("The answer was HTTP 403").waitFor();
    between.instead = () => null;
  };
  await tab.say("first");
  await tab.answers().getByText("first").waitFor();
  await refuse();
  for (let i = 0; i < 110; i++) await ask(node.client, id, `message ${i}`);
  await page.getByRole("button", { name: "Try again" }).click();
  await tab.answers().getByText("message 109", { exact: false }).waitFor();

  await tab.say(COUNTING);
  const before = await growing(tab, 10);
  await refuse();
  await page.getByRole("button", { name: "Try again" }).click();
  await tab.connection("Live").waitFor();
  const after = await growing(tab, before.length + 3);
  assert.ok(COUNTED.startsWith(after), `${after} after ${before}`);

  await page.getByRole("button", { name: "Cancel the turn" }).click();
  await page.getByText("was cancelled").waitFor();
  await page.getByRole("link", { name: "Events" }).click();
  const shown = await page.locator(".events .seq").allInnerTexts();
  const events = await eventsOf(node.client, id);
  assert.ok(events.length > 405, "more than are shown at first");
  assert.deepEqual(shown.map((text) => text.trim()), events.map(({ seq }) => String(seq)));
  tab.assertSound(hostOf(between.url), REQUEST_FAILED);
});

consoleTest(
  "the console's facts of a session are right again after a look that failed",
  async () => {
    await using site = await riskySite();
    const node = await site.start();
    await using between = new Between(node.url);
    await using tab = await Tab.open(`${between.url}/console`);
    const { page } = tab;
    const id = await tab.openSession();
    const turns = (count: number) =>
      page.locator(".facts > div", { hasText: "Turns" }).getByText(String(count), { exact: true });
    let failed = 0;
    const failLooks = (status: number) => (request: Request) => {
      if (!new URL(request.url).pathname.endsWith(apiPath("sessions", id))) return null;
      failed++;
      return new Response("", { status });
    };
    await turns(0).waitFor();

    // One that may pass is asked again; after one that does not, the next connection is the occasion.
    for (const [turn, status] of [[1, 503], [2, 500]] as const) {
      failed = 0;
      between.instead = failLooks(status);
      await tab.say(`message ${turn}`);
      await tab.answers().nth(turn - 1).waitFor();
      await until(node.client, "a look failed", async () => failed > 0 || null);
      // Longer than the page waits before a look.
      await page.waitForTimeout(600);
      await turns(turn - 1).waitFor();
      between.instead = () => null;
      if (status === 500) between.cut();
      await turns(turn).waitFor();
    }
    const { turns: known } = await node.client.get<ApiSession>(apiPath("sessions", id));
    assert.equal(known, 2);
    tab.assertSound(hostOf(between.url), REQUEST_FAILED);
  },
);

consoleTest("the console says of a node that hangs that it cannot be reached", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using between = new Between(node.url);
  await using tab = await Tab.open(`${between.url}/console`);
  const { page } = tab;
  await page.clock.install();
  await page.reload();
  const ready = page.locator(".ready");
  await ready.getByText("Ready", { exact: true }).waitFor();
  let asked = 0;
  between.instead = () => {
    asked++;
    return new Promise<Response>(() => {});
  };
  await page.clock.runFor(5000);
  await until(node.client, "it is asked", async () => asked > 0 || null);
  await page.clock.runFor(15_000);
  await ready.getByText("The node cannot be reached").waitFor();
  between.instead = () => null;
  await page.clock.runFor(5000);
  await ready.getByText("Ready", { exact: true }).waitFor();
  tab.assertSound(hostOf(between.url), REQUEST_FAILED);
});

consoleTest("the console sends a message again as it was, although its turn is over", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using tab = await Tab.open(`${node.url}/console`);
  const { page } = tab;
  const id = await tab.openSession();
  await tab.say("/tokens 20\n/slow 100");
  await page.getByRole("combobox", { name: "Taken" }).selectOption("queue");
  const sent: { key: string | undefined; body: string | null }[] = [];
  let lost = true;
  await page.route("**/messages", async (route) => {
    const request = route.request();
    sent.push({ key: request.headers()["idempotency-key"], body: request.postData() });
    if (!lost) return await route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  await tab.say("second");
  await page.getByRole("alert").getByText("The node cannot be reached").waitFor();
  await tab.answers().getByText("second").waitFor();
  lost = false;
  await page.getByRole("button", { name: "Send" }).click();
  const taken = async () =>
    await page.getByRole("textbox", { name: "Message" }).inputValue() === "" || null;
  await until(node.client, "the page knows that it was sent", taken);

  assert.equal(sent.length, 5);
  assert.deepEqual(sent, sent.map(() => sent[0]));
  const messages = payloads(await eventsOf(node.client, id), "message.received");
  assert.equal(messages.length, 2);
  tab.assertSound(hostOf(node.url), REQUEST_FAILED);
});
