/**
 * The configuration as the rest of the runtime sees it: every default filled in, every name resolved.
 *
 * @module
 */
import type { AgentSpec } from "../../actors/session/agent.ts";
import type { Limits } from "../limits.ts";

/** How a node is run. It chooses defaults, never behavior. */
export type Mode = "local" | "docker" | "kubernetes";

/** The wire format that a provider speaks. */
export type ProviderKind = "openai" | "anthropic" | "demo";

/** What a model costs, in US dollars for a million tokens. */
export interface Price {
  readonly input_usd_per_mtok: number;
  readonly output_usd_per_mtok: number;
}

/** One provider of models, ready to be called. */
export interface ProviderConfig {
  readonly kind: ProviderKind;
  /** Null: the provider's public address. */
  readonly base_url: string | null;
  /** Secret. Null for a server that asks for none. */
  readonly api_key: string | null;
  readonly default_model: string;
  /** Calls under way at once; the others wait. */
  readonly max_concurrency: number;
  /** The deadline of one call, in milliseconds. */
  readonly timeout_ms: number;
  /** By model; one that is missing costs nothing. */
  readonly prices: Readonly<Record<string, Price>>;
}

/** What is said of a journal, wherever it is kept. */
interface JournalSettings {
  /** Whether a commit waits for the disk; a Postgres goes by its own settings. */
  readonly synchronous: "full" | "normal";
  /** Fixed when the journal is created. */
  readonly partitions: number;
}

/** A journal in a file, for one node. */
export interface SqliteConfig extends JournalSettings {
  readonly kind: "sqlite";
  /** Absolute. */
  readonly path: string;
}

/** A journal in a database, for many nodes. */
export interface PostgresConfig extends JournalSettings {
  readonly kind: "postgres";
  /** With the password, if there is one. */
  readonly url: string;
}

/** The model that makes vectors of what agents remember. */
export interface EmbeddingsConfig {
  readonly model: string;
  readonly dimensions: number;
  /** Null: the provider's public address. */
  readonly base_url: string | null;
  /** Secret. Null for a server that asks for none. */
  readonly api_key: string | null;
}

/** Where what agents remember is found. */
export interface MemoryConfig {
  readonly index:
    /** Absolute. */
    | { readonly kind: "embedded"; readonly path: string }
    | {
      readonly kind: "qdrant";
      readonly url: string;
      /** Secret. */
      readonly api_key: string | null;
    };
  /** Null: by words only. */
  readonly embeddings: EmbeddingsConfig | null;
}

/** The whole configuration. Deeply frozen. */
export interface Config {
  readonly system: {
    readonly name: string;
    readonly version: string;
    readonly protocol_version: string;
    readonly spec_version: string;
  };
  readonly mode: Mode;
  /** Names this process among others. */
  readonly node_id: string;
  /** How long the node may show no life until it ends itself, in milliseconds. Null: it never does. */
  readonly watchdog_ms: number | null;
  readonly http: {
    readonly host: string;
    /** 0 takes any free one. */
    readonly port: number;
    /** 0 takes any free one. */
    readonly metrics_port: number;
    /** Secret. Null only on a loopback host. */
    readonly api_key: string | null;
  };
  /** Absolute. */
  readonly data_dir: string;
  /** Absolute. */
  readonly skills_dir: string;
  /** Whether somebody named the skills folder, so that it has to exist. */
  readonly skills_dir_required: boolean;
  readonly log: {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly format: "json" | "pretty";
  };
  readonly llm: {
    readonly default_provider: string;
    readonly providers: Readonly<Record<string, ProviderConfig>>;
    /** `attempts` counts the first one. Waits grow from `base_ms` to `max_ms`. */
    readonly retry: {
      readonly attempts: number;
      readonly base_ms: number;
      readonly max_ms: number;
    };
  };
  readonly security: {
    /** Skill calls of this risk or more wait for approval; 6: none does. */
    readonly require_approval_for_risk: number;
    /** Hosts that skills may reach although their address is private. */
    readonly allow_private_addresses: readonly string[];
  };
  /** By name; `assistant` is always there. */
  readonly agents: Readonly<Record<string, AgentSpec>>;
  /** Those that the file defines: there the file has the last word. */
  readonly agents_declared: readonly string[];
  readonly skills: {
    /** For a skill that says nothing itself, in milliseconds. */
    readonly timeout_ms: number;
    /** Memory of one skill host, in MiB. */
    readonly memory_mb: number;
    /** Skill hosts kept warm. */
    readonly pool_size: number;
    /** Where the file skills are rooted. Absolute. */
    readonly workspace: string;
    /** By the name that a skill declares. The values are secret. */
    readonly secrets: Readonly<Record<string, string>>;
  };
  readonly journal: SqliteConfig | PostgresConfig;
  /** Null: agents do not remember. */
  readonly memory: MemoryConfig | null;
  /** Null: the streams are inside the process. */
  readonly redis: {
    /** With the password, if there is one. */
    readonly url: string;
    /** The first part of every key. */
    readonly namespace: string;
  } | null;
  readonly cluster: {
    /** How long a node's right to its partitions lasts unless it renews it, in milliseconds. */
    readonly lease_ms: number;
    /** How often a node says that it lives, in milliseconds. */
    readonly heartbeat_ms: number;
    /** This node's share of the partitions, in proportion to the others' weights; 0: it takes none. */
    readonly weight: number;
    /** What people call this node by. */
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly backup: {
    /** The public keys that backups are encrypted to; none: they are not. */
    readonly recipients: readonly string[];
  };
  readonly limits: Limits;
  readonly traces: { readonly enabled: boolean };
}
