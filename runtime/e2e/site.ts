/**
 * Test support: the place where a node lives: a temporary folder with its data, its skills and its
 * configuration.
 *
 * @module
 */
import { stringify } from "yaml";
import { journalPath } from "../config/journal_path.ts";
import { NodeProcess, type NodeProcessOptions } from "./node_process.ts";
import { type ProgramEnd, runProgram } from "./program.ts";

/** What a place is made with. */
export interface SiteOptions {
  /** The configuration file's content. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The text of each skill file, by its name. May depend on the place's folder. */
  readonly skills?: (root: string) => Readonly<Record<string, string>>;
  /** More of the environment of everything that runs here. */
  readonly env?: Readonly<Record<string, string>>;
  /** The data folder, if it is to be somewhere else. */
  readonly dataDir?: string;
}

/** A place. Dispose of it to end its processes and delete it. */
export class Site implements AsyncDisposable {
  readonly root: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #nodes: NodeProcess[] = [];
  readonly #config: SiteOptions["config"];

  private constructor(root: string, { env = {}, dataDir, config = {} }: SiteOptions) {
    this.root = root;
    this.#config = config;
    this.dataDir = dataDir ?? `${root}/data`;
    this.env = {
      SYNAPSE_PORT: "0",
      SYNAPSE_METRICS_PORT: "0",
      SYNAPSE_DATA_DIR: this.dataDir,
      SYNAPSE_SKILLS_DIR: `${root}/user_skills`,
      SYNAPSE_CONFIG: `${root}/config.yaml`,
      ...env,
    };
  }

  /** Makes one. */
  static async create(options: SiteOptions = {}): Promise<Site> {
    const site = new Site(await Deno.makeTempDir({ prefix: "synapse_" }), options);
    await Deno.mkdir(`${site.root}/user_skills`);
    await site.writeConfig("config.yaml");
    for (const [name, text] of Object.entries(options.skills?.(site.root) ?? {})) {
      await Deno.writeTextFile(`${site.root}/user_skills/${name}`, text);
    }
    return site;
  }

  /** Writes a configuration file: that of the place, with other sections if any are given. Returns its path. */
  async writeConfig(
    name: string,
    sections: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const path = `${this.root}/${name}`;
    await Deno.writeTextFile(path, stringify({ ...this.#config, ...sections }));
    return path;
  }

  /** The journal's file. */
  get journal(): string {
    return journalPath({ data_dir: this.dataDir });
  }

  /** Starts a node here and waits until it is ready. */
  async start(options: Partial<NodeProcessOptions> = {}): Promise<NodeProcess> {
    const env = { ...this.env, ...options.env };
    const node = await NodeProcess.start({ ...options, cwd: this.root, env });
    this.#nodes.push(node);
    return node;
  }

  /** Runs a command of the program here, towards that node if one is given. */
  run(args: readonly string[], { node, input, env }: {
    readonly node?: NodeProcess;
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {}): Promise<ProgramEnd> {
    const url = node ? { SYNAPSE_URL: node.url } : {};
    return runProgram({ args, cwd: this.root, env: { ...this.env, ...url, ...env } }, input);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await Deno.remove(this.root, { recursive: true });
  }
}
