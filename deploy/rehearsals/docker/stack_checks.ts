/**
 * The whole stack: up, under faults, backed up, wiped and restored.
 *
 * @module
 */
import { z } from "zod";
import type { ApiReady } from "../../../runtime/cli/api_types.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { ask, openSession } from "../../../runtime/e2e/session_calls.ts";
import type { Checklist } from "../checklist.ts";
import { output } from "../command.ts";
import type { Conversations } from "../conversations.ts";
import { require } from "../rehearsal_error.ts";
import { soon } from "../soon.ts";
import { PROJECT, ROOT, type Stack } from "./stack.ts";

/** Where compose shows Prometheus. */
const PROMETHEUS = "http://127.0.0.1:9091";

/** Longer than all health checks of docker-compose.yml take, in seconds. */
const WELL_SECONDS = 180;

/** How long it is talked while something else happens, in milliseconds. */
const TALK_MS = 3000;

/** What is put into memory, and asked for after the restore. */
const REMEMBERED = "Ada drinks jasmine tea";

/** Metrics that are 1 if a job's scrape goes well, and what it scrapes too. */
const UP = ['up{job="synapse"}', 'up{job="postgres"}', 'up{job="redis"}', "pg_up", "redis_up"];

const madeSchema = z.object({
  path: z.string(),
  manifest: z.object({ point: z.object({ taken_at: z.number() }) }),
});

/** A stack, and those who talk to it. */
export class StackChecks {
  readonly #list: Checklist;
  readonly #stack: Stack;
  readonly #people: Conversations;
  readonly #identity: string;

  /**
   * @param people whose sessions are not there yet
   * @param identity the file with the private key of the backups
   */
  constructor(list: Checklist, stack: Stack, people: Conversations, identity: string) {
    this.#list = list;
    this.#stack = stack;
    this.#people = people;
    this.#identity = identity;
  }

  /** From nothing to a stack that answers and is watched. */
  async comeUp(): Promise<void> {
    const [list, stack, people] = [this.#list, this.#stack, this.#people];
    await list.step("docker compose up: every container goes healthy", async () => {
      await stack.run(["up", "--detach"], 600);
      return await stack.untilWell(WELL_SECONDS);
    });
    await list.step("limits of docker-compose.yml are in force", async () => {
      const limits = await stack.inspect(
        "synapse-core",
        "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.ReadonlyRootfs}}",
      );
      require(limits === `${4 * 2 ** 30} 2000000000 true`, limits);
    });
    await list.step("synapse doctor finds no fault in the node's container", async () => {
      await stack.synapse("doctor");
    });
    await list.step("sessions answer, a mounted skill runs, memory is in Qdrant", async () => {
      await people.open();
      await people.say(10);
      await openSession(people.client, "keeper");
      const greeting = await ask(people.client, "keeper", '/call greet {"name":"Ada"}');
      require(greeting.includes("Good day, Ada"), greeting);
      await ask(people.client, "keeper", `/call remember {"text":"${REMEMBERED}"}`);
      await this.#untilRemembered();
      return `${await people.check()} messages`;
    });
    await list.step("Prometheus sees the node, Postgres and Redis", () => this.#untilScraped());
  }

  /** What may happen to a stack. */
  async sufferFaults(): Promise<void> {
    const [list, stack, people] = [this.#list, this.#stack, this.#people];
    await list.step(
      "kill -9 of all in the node's container: it is back, nothing is lost",
      async () => {
        await this.#whileTalking(async () => {
          await stack.end(["exec", "--no-TTY", "synapse-core", "sh", "-c", "kill -9 -1"]);
        });
        const restarts = await stack.inspect("synapse-core", "{{.RestartCount}}");
        require(restarts === "1", `It was restarted ${restarts} times`);
        return `${await people.check()} messages`;
      },
    );
    await list.step(
      "its event loop stands still: the watchdog ends it, it is back, nothing is lost",
      async () => {
        await this.#whileTalking(() => this.#hang());
        const log = await stack.run(["logs", "--no-log-prefix", "synapse-core"]);
        require(log.includes("its watchdog ends it"), "The log does not say that it was ended");
        return `${await people.check()} messages`;
      },
    );
    await list.step("without Redis and Qdrant it goes on, degraded", async () => {
      await stack.run(["stop", "redis", "qdrant"]);
      await this.#untilReady("degraded");
      await people.say(2);
      await stack.run(["start", "redis", "qdrant"]);
      await this.#untilReady("ready");
      return `${await people.check()} messages`;
    });
    await list.step("a new container of the node: the old one ends with 0", async () => {
      const old = await stack.container("synapse-core");
      const exits = output(["docker", "wait", old]);
      await this.#whileTalking(async () => {
        await stack.run(["up", "--detach", "--no-deps", "--force-recreate", "synapse-core"]);
      });
      const code = await exits;
      require(code === "0", `It ended with ${code}`);
      return `${await people.check()} messages`;
    });
  }

  /** Loses everything but a backup. */
  async loseAll(): Promise<void> {
    const [list, stack, people] = [this.#list, this.#stack, this.#people];
    let [name, point] = ["", 0];
    await list.step("an encrypted backup, while it is talked", async () => {
      await this.#whileTalking(async () => {
        const made = madeSchema.parse(
          JSON.parse(await stack.synapse("backup", "--to", "/app/backups", "--json")),
        );
        name = made.path;
        point = made.manifest.point.taken_at;
      });
      const files = await stack.run(["exec", "--no-TTY", "synapse-core", "ls", name]);
      require(/^journal\.dump\.age$/m.test(files), `It is not encrypted: ${files}`);
      const later = people.acknowledged.filter(({ at }) => at >= point).length;
      // Else nothing would show that the backup was made meanwhile, and that the rest is gone after it.
      require(later > 0, "No message was acknowledged after the backup's point");
      return `${name}; ${later} messages are later`;
    });
    await list.step("docker compose down --volumes: all is gone", async () => {
      await stack.run(["down", "--volumes"]);
      const label = `--filter=label=com.docker.compose.project=${PROJECT}`;
      const left = await output(["docker", "volume", "ls", "--quiet", label]);
      require(left === "", `Volumes are left: ${left}`);
    });
    await list.step("synapse restore, into empty services", async () => {
      const services = ["db", "redis", "qdrant"];
      await stack.run(["up", "--detach", ...services]);
      await stack.untilWell(WELL_SECONDS, ...services);
      await stack.run([
        ...["run", "--rm", "--no-TTY", "--no-deps"],
        `--volume=${this.#identity}:/app/backup.key:ro`,
        ...["synapse-core", "restore", name, "--identity", "/app/backup.key"],
      ]);
    });
    await list.step("docker compose up: every container is healthy again", async () => {
      await stack.run(["up", "--detach"]);
      return await stack.untilWell(WELL_SECONDS);
    });
    await list.step(
      "everything acknowledged before the backup's point is there, once and in order",
      async () => `${await people.check(point)} messages`,
    );
    await list.step("synapse audit verify", async () => {
      const { verified, ok } = JSON.parse(await stack.synapse("audit", "verify", "--json"));
      require(ok === true && verified > 0, `${verified} sessions, ok ${ok}`);
      return `${verified} sessions`;
    });
    await list.step("synapse memory reindex finds again what was remembered", async () => {
      await stack.synapse("memory", "reindex");
      await this.#untilRemembered();
    });
    await list.step("the sessions go on", async () => {
      people.forget(point);
      await people.say(5);
      return `${await people.check()} messages`;
    });
  }

  /** Stops it in good order. */
  async end(): Promise<void> {
    await this.#list.step("docker compose stop: the node ends with 0", async () => {
      await this.#stack.run(["stop"]);
      const states = await this.#stack.states();
      // The stand-in for Qdrant ends with 1 if it was spoken to in another way than Qdrant describes.
      const services = ["synapse-core", ...this.#stack.hasStandIn ? ["qdrant"] : []];
      for (const service of services) {
        const code = states.find((state) => state.service === service)?.exit_code;
        require(code === 0, `${service} ended with ${code}`);
      }
    });
  }

  /** Blocks the node's event loop, and waits until it was ended and started again. */
  async #hang(): Promise<void> {
    const stack = this.#stack;
    const restarts = () => stack.inspect("synapse-core", "{{.RestartCount}}");
    const before = Number(await restarts());
    const block = await Deno.readTextFile(`${ROOT}deploy/rehearsals/docker/block_node.ts`);
    const evaluate = ["deno", "eval", "--no-config", "--ext=ts", block];
    const heard = await stack.run(["exec", "--no-TTY", "synapse-core", ...evaluate]);
    require(heard === "TimeoutError", `It still answers: ${heard}`);
    await soon("it is started again", async () => Number(await restarts()) === before + 1);
  }

  async #whileTalking(happen: () => Promise<void>): Promise<void> {
    const enough = new AbortController();
    const talking = this.#people.talk(enough.signal);
    try {
      await systemClock.sleep(TALK_MS);
      await happen();
      await systemClock.sleep(TALK_MS);
    } finally {
      enough.abort();
      await talking;
    }
  }

  #untilReady(wanted: ApiReady["status"]): Promise<void> {
    return soon(`/ready says ${wanted}`, async () => {
      const response = await this.#people.client.send("GET", "/ready");
      const { status }: ApiReady = await response.json();
      return status === wanted;
    });
  }

  #untilRemembered(): Promise<void> {
    return soon("memory search finds it", async () => {
      const found = await this.#stack.synapse("memory", "search", "what does Ada drink", "--json");
      return found.includes(REMEMBERED);
    });
  }

  #untilScraped(): Promise<void> {
    return soon("every scrape goes well", async () => {
      for (const query of UP) {
        const url = `${PROMETHEUS}/api/v1/query?query=${encodeURIComponent(query)}`;
        const { data } = await (await fetch(url)).json();
        const values = data.result.map(({ value }: { value: [number, string] }) => value[1]);
        if (values.length !== 1 || values[0] !== "1") return false;
      }
      return true;
    });
  }
}
