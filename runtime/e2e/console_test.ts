import assert from "node:assert/strict";
import { Tab } from "./test_browser.ts";
import { consoleTest, hostOf, REQUEST_FAILED, riskySite } from "./console_site.ts";
import { ledgerOf } from "./ledger.ts";
import { eventsOf, payloads, send, until } from "./session_calls.ts";

consoleTest("the console opens a session, and an answer grows as it is given", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using tab = await Tab.open(`${node.url}/console`);
  const { page } = tab;
  await page.getByText("There is no session yet.").waitFor();
  const id = await tab.openSession();

  await tab.say("Hello");
  await tab.answers().getByText("Hello").waitFor();
  await tab.say("/tokens 25\n/slow 80");
  const running = page.getByRole("article", { name: "Answer being given" });
  await running.waitFor();
  const early = (await running.innerText()).length;
  const grown = async () => (await running.innerText()).length > early + 5 || null;
  await until(node.client, "the answer grows", grown);
  assert.equal(await tab.answers().count(), 1, "the second one is not whole yet");
  await tab.answers().nth(1).waitFor();
  assert.equal(await running.count(), 0);

  const answers = payloads<{ text: string }>(await eventsOf(node.client, id), "llm.completed");
  const shown = await tab.answers().locator(".text").allInnerTexts();
  assert.deepEqual(shown.map((text) => text.trim()), answers.map(({ text }) => text.trim()));
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.getByRole("row", { name: id }).getByText("idle").waitFor();
  tab.assertSound(hostOf(node.url));
});

consoleTest("the console approves a call with a changed input, and denies another", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using tab = await Tab.open(`${node.url}/console`);
  const { page } = tab;
  const id = await tab.openSession();
  await tab.say('/call wire_money {"text":"100"}\n/call send_mail {"text":"hi"}');

  const wire = tab.calls("wire_money");
  await wire.getByRole("button", { name: "Change the input" }).click();
  const input = wire.getByRole("textbox", { name: "Input, as JSON" });
  await input.fill('{"text":');
  await wire.getByRole("button", { name: "Approve with this input" }).click();
  await wire.getByText("The input is no JSON").waitFor();
  await input.fill('{"text":7}');
  await wire.getByRole("button", { name: "Approve with this input" }).click();
  await wire.getByText("The request is not valid").waitFor();
  await wire.getByText("invalid_request").waitFor();
  assert.deepEqual(await ledgerOf(site.root, "wire_money"), [], "nothing ran");
  await input.fill('{"text":"10"}');
  await wire.getByRole("button", { name: "Approve with this input" }).click();
  await wire.getByText("done").waitFor();
  await wire.getByText("Approved by local, with another input").waitFor();

  await page.getByRole("link", { name: "Approvals" }).click();
  const card = page.getByRole("region", { name: "Decide about send_mail" });
  await card.getByRole("textbox", { name: "Reason" }).fill("not on a Friday");
  await card.getByRole("button", { name: "Deny" }).click();
  await page.getByText("Nothing waits for a decision.").waitFor();
  await page.goBack();
  await tab.calls("send_mail").getByText("Denied by local: not on a Friday").first().waitFor();
  await tab.answers().getByText("wire_money did 10").waitFor();

  assert.deepEqual((await ledgerOf(site.root, "wire_money")).map(({ text }) => text), ["10"]);
  assert.deepEqual(await ledgerOf(site.root, "send_mail"), []);
  const decided = payloads<{ decision: string; edited: boolean }>(
    await eventsOf(node.client, id),
    "approval.decided",
  );
  assert.deepEqual(decided.map(({ decision, edited }) => [decision, edited]), [
    ["approve", true],
    ["deny", false],
  ]);
  tab.assertSound(hostOf(node.url), REQUEST_FAILED);
});

consoleTest("the console goes on after kill -9 of the node, and misses nothing", async () => {
  await using site = await riskySite();
  const first = await site.start();
  await using tab = await Tab.open(`${first.url}/console`);
  const { page } = tab;
  const id = await tab.openSession();
  await tab.say('/call dig {"text":"here"}');
  await tab.calls("dig").getByText("running").waitFor();
  const begun = async () => (await ledgerOf(site.root, "dig")).length === 1 || null;
  await until(first.client, "the skill has begun", begun);
  await first.kill();
  await tab.connection("Cut off").waitFor();
  await page.getByText("The node cannot be reached").first().waitFor();

  const second = await site.start();
  assert.equal(second.url, first.url);
  await send(second.client, id, "said meanwhile");
  await tab.connection("Live").waitFor();
  await page.getByRole("article", { name: "Message" }).getByText("said meanwhile").waitFor();

  const dig = tab.calls("dig");
  await dig.getByText("nobody knows whether it was done").waitFor();
  await dig.getByText("If it was done before and the other side does not know the key").waitFor();
  await dig.getByRole("textbox", { name: "Output" }).fill('{"found":"gold"}');
  await dig.getByRole("button", { name: "Treat as done" }).click();
  await dig.getByText("Treated as done by local, with an output").waitFor();
  await tab.answers().getByText('dig returned: {"found":"gold"}').waitFor();
  await tab.answers().getByText("said meanwhile").waitFor();
  assert.equal((await ledgerOf(site.root, "dig")).length, 1);

  await page.getByRole("link", { name: "Events" }).click();
  const shown = await page.locator(".events .seq").allInnerTexts();
  const seqs = (await eventsOf(second.client, id)).map(({ seq }) => String(seq));
  assert.deepEqual(shown.map((text) => text.trim()), seqs);
  tab.assertSound(hostOf(first.url), REQUEST_FAILED);
});

consoleTest("the console sends a message once, although its answer was lost", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using tab = await Tab.open(`${node.url}/console`);
  const { page } = tab;
  const id = await tab.openSession();
  const keys: (string | undefined)[] = [];
  await page.route("**/messages", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return await route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  await tab.say("only once");
  await tab.answers().getByText("only once").waitFor();
  const sent = async () =>
    await page.getByRole("textbox", { name: "Message" }).inputValue() === "" || null;
  await until(node.client, "the page knows that it was sent", sent);
  await tab.say("only once");
  await tab.answers().nth(1).waitFor();

  assert.equal(keys.length, 3);
  assert.match(keys[0] ?? "", /^con_[0-9a-z]{26}$/);
  assert.equal(keys[1], keys[0], "the repetition has the key of what it repeats");
  assert.notEqual(keys[2], keys[0], "the same words said again are another message");
  const messages = payloads(await eventsOf(node.client, id), "message.received");
  assert.equal(messages.length, 2);
  tab.assertSound(hostOf(node.url), REQUEST_FAILED);
});

consoleTest("the console shows markup in messages and skill names as text", async () => {
  await using site = await riskySite();
  const node = await site.start();
  await using tab = await Tab.open(`${node.url}/console`);
  const { page } = tab;
  const id = await tab.openSession();
  const hostile = "<img src=x onerror=\"document.title='taken'\"><script>document.title=2</script>";
  await tab.say(hostile);
  await page.getByRole("article", { name: "Message" }).getByText(hostile).waitFor();
  await tab.answers().getByText(hostile).waitFor();
  await tab.say('/call <b>bold</b> {"a":"<i>italic</i>"}');
  await tab.calls("<b>bold</b>").getByText("failed").waitFor();
  await tab.answers().nth(1).waitFor();
  await page.getByRole("link", { name: "Events" }).click();
  await page.locator(".events summary").nth(1).click();
  await page.locator("pre", { hasText: "<script>document.title=2</script>" }).waitFor();

  assert.equal(await page.locator("main img, main script, main b, main i, main iframe").count(), 0);
  assert.equal(await page.title(), `${id} · Synapse console`);
  tab.assertSound(hostOf(node.url));
  const parse = page.evaluate("document.createElement('p').innerHTML = '<b>markup</b>'");
  await assert.rejects(parse, /TrustedHTML/, "the browser itself refuses to parse text as HTML");
});

consoleTest(
  "the console asks for a key, says when it is wrong, and keeps it out of addresses",
  async () => {
    const key = "the-only-right-key";
    await using site = await riskySite({ SYNAPSE_API_KEY: key });
    const node = await site.start();
    await using tab = await Tab.open(`${node.url}/console`);
    const { page } = tab;
    const seen: { url: string; key: string | undefined }[] = [];
    page.on(
      "request",
      (request) => void seen.push({ url: request.url(), key: request.headers()["authorization"] }),
    );
    const field = page.getByRole("textbox", { name: "Key" });
    await field.fill("a-wrong-key-of-some-length");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("That key is wrong").waitFor();
    const asked = seen.length;
    await field.fill(`${key}\u200b`);
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText(`its character ${key.length + 1} is U+200B`).waitFor();
    assert.ok(seen.slice(asked).every(({ url }) => new URL(url).pathname === "/ready"));
    await field.fill(key);
    await page.getByRole("button", { name: "Use it" }).click();
    await tab.openSession();
    await tab.say("with a key");
    await tab.answers().getByText("with a key").waitFor();

    await page.reload();
    await tab.answers().getByText("with a key").waitFor();
    const stored = await page.evaluate(
      "[localStorage.length, document.cookie, sessionStorage.length]",
    );
    assert.deepEqual(stored, [0, "", 1]);
    assert.ok(seen.some((request) => request.key === `Bearer ${key}`));
    assert.ok(seen.every(({ url }) => !url.includes(key)));
    assert.ok(!page.url().includes(key));
    await using other = await Tab.open(page.url());
    await other.page.getByText("This node wants a key").waitFor();

    await page.getByRole("button", { name: "Forget the key" }).click();
    await field.waitFor();
    assert.equal(await page.evaluate("sessionStorage.length"), 0);
    tab.assertSound(hostOf(node.url), REQUEST_FAILED);
  },
);
