/**
 * Test support: a real browser, looking at a node.
 *
 * @module
 */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";

/** Where the browser may be; Debian's package, and how other systems call it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Why there is no browser here; null: there is one. */
export async function browserObstacle(): Promise<string | null> {
  return await executable() === null
    ? "no browser: apt-get install --no-install-recommends chromium fonts-dejavu-core"
    : null;
}

/** A page that is looked at, and what went wrong in it. */
export class Tab implements AsyncDisposable {
  readonly page: Page;
  /** What the browser and the page's script complained of. */
  readonly faults: string[] = [];
  /** Where requests went. */
  readonly hosts = new Set<string>();
  readonly #close: () => Promise<void>;

  private constructor(page: Page, close: () => Promise<void>) {
    this.page = page;
    this.#close = close;
    page.on("console", (message) => {
      if (message.type() === "error") this.faults.push(message.text());
    });
    page.on("pageerror", (error) => void this.faults.push(error.message));
    page.on("request", (request) => void this.hosts.add(new URL(request.url()).host));
    page.setDefaultTimeout(15_000);
  }

  /** Starts a browser and opens a page. */
  static async open(url: string, options: BrowserContextOptions = {}): Promise<Tab> {
    const executablePath = await executable() ?? assert.fail("there is a browser");
    const { chromium } = await driver();
    const browser = await chromium.launch({
      executablePath,
      // Its sandbox needs what root, or a container, may not have; it sees nothing but this program.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
    try {
      const context = await browser.newContext(options);
      const tab = new Tab(await context.newPage(), () => browser.close());
      await tab.page.goto(url);
      return tab;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Opens a session, and waits until its page is live. */
  async openSession(): Promise<string> {
    await this.page.getByRole("button", { name: "Open" }).click();
    await this.connection("Live").waitFor();
    return decodeURIComponent(new URL(this.page.url()).hash.replace("#/sessions/", ""));
  }

  /** Sends a message. */
  async say(content: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "Message" }).fill(content);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** The line that says how the stream is. */
  connection(text: string): Locator {
    return this.page.locator(".connection").getByText(text);
  }

  /** The answers that are whole. */
  answers(): Locator {
    return this.page.getByRole("article", { name: "Answer", exact: true });
  }

  /** The calls of a skill. */
  calls(skill: string): Locator {
    return this.page.getByRole("article", { name: `Call of ${skill}`, exact: true });
  }

  /** What axe finds wrong with the page as it is now: the rule, and the first element that breaks it. */
  async inaccessible(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<typeof axe.AxeResults>("axe.run()");
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  }

  /** Nothing went wrong that is not expected, and nothing was asked of anybody else. */
  assertSound(host: string, expected: RegExp = /$^/): void {
    assert.deepEqual(this.faults.filter((fault) => !expected.test(fault)), []);
    assert.deepEqual([...this.hosts], [host]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/**
 * The library that drives the browser. When it is loaded it looks into `/proc` for a Windows around
 * this system, which Deno lets nobody do who may not do everything; this variable puts that off to
 * the moment when it would open a file for a person, and so for good.
 */
async function driver(): Promise<typeof import("playwright-core")> {
  Deno.env.set("__IS_WSL_TEST__", "1");
  return await import("playwright-core");
}

async function executable(): Promise<string | null> {
  for (const name of NAMES) {
    const { success, stdout } = await new Deno.Command("sh", {
      args: ["-c", 'command -v "$0"', name],
      stderr: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  }
  return null;
}
