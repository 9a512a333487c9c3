/**
 * Looks at the Qdrant that is the index of memory, without changing it.
 *
 * @module
 */
import {
  type FactsOptions,
  type IndexFacts,
  type QdrantFacts,
  readQdrantFacts,
} from "../compose/qdrant.ts";
import { fault, type Finding, ok } from "./finding.ts";

/** The oldest server that is supported, in its first two numbers: it knows writes that only insert. */
const OLDEST = [1, 17] as const;

/** Whether Qdrant can be reached, is new enough, and holds an index that suits the embedding model. */
export async function checkQdrant(
  { url, api_key }: { readonly url: string; readonly api_key: string | null },
  { clock, entropy, model }: Pick<FactsOptions, "clock" | "entropy" | "model">,
): Promise<Finding[]> {
  const key = api_key === null ? {} : { api_key };
  return qdrantFindings(await readQdrantFacts({ url, ...key, clock, entropy, model }));
}

/** What there is to say of a Qdrant. */
export function qdrantFindings(facts: QdrantFacts): Finding[] {
  const check = "memory";
  if (!facts.reached) {
    return [fault(check, `At ${facts.label}: ${facts.reason}`, mendOf(facts.status))];
  }
  const { label, version, index } = facts;
  const detail = `Qdrant ${version} at ${label} answers`;
  const server = isSupported(version)
    ? ok(check, detail)
    : fault(check, `${detail}; wanted ${OLDEST.join(".")} or newer`, "Upgrade the server");
  return [server, indexFinding(index)];
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = (/^(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function mendOf(status: number | null): string {
  if (status === 401 || status === 403) return "Set its key in VECTOR_DB_API_KEY";
  if (status !== null) return "Look into the server's log, or correct VECTOR_DB_URL";
  return "Start Qdrant, or correct VECTOR_DB_URL. Without it nothing is lost, " +
    "but turns go on without recall";
}

function indexFinding(index: IndexFacts): Finding {
  const check = "memory index";
  if (index.state === "missing") return ok(check, "There is none yet: a node will make it");
  if (index.state === "name_taken") {
    const detail = `A collection that Synapse has not made is called ${index.name}`;
    return fault(
      check,
      detail,
      "Remove it, or use another Qdrant: nodes need that name as an alias",
    );
  }
  const { collection, items, status } = index;
  if (index.fault !== null) {
    const mend = "Run `synapse memory reindex` while a node works, or correct memory.embeddings";
    return fault(check, `Collection ${collection} ${index.fault}`, mend);
  }
  if (status === "red") {
    const mend = "Look into the server's log, and at its disk's free space";
    return fault(check, `Collection ${collection} does not work: its status is red`, mend);
  }
  return ok(check, `Collection ${collection} is as configured; items of all tenants: ${items}`);
}
