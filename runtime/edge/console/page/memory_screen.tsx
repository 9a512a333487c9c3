/**
 * What agents remember.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { ApiMemoryItem, ApiMemoryStats } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { Cards } from "./cards.tsx";
import { Ago, Badge, Heading } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import { useServices } from "./services.ts";
import { useLoad } from "./use_load.ts";
import { usePages } from "./use_pages.ts";
import { countText } from "./words.ts";

const KINDS = ["fact", "episode", "preference", "procedure"] as const;

const NOTHING = { q: "", agent: "", kind: "" };

/** A search of memory; without a question everything, the newest first. */
export function MemoryScreen() {
  const [entered, setEntered] = useState(NOTHING);
  const [asked, setAsked] = useState(NOTHING);
  const pages = usePages<ApiMemoryItem>(apiPath("memory"), asked);
  const enter = (change: Partial<typeof NOTHING>) => setEntered({ ...entered, ...change });
  return (
    <>
      <Heading text="Memory" />
      <Stats />
      <form
        class="bar"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ ...entered, q: entered.q.trim(), agent: entered.agent.trim() });
        }}
      >
        <label class="wide">
          Look for
          <input
            type="search"
            value={entered.q}
            onInput={(event) => enter({ q: event.currentTarget.value })}
          />
        </label>
        <label>
          Agent
          <input
            value={entered.agent}
            onInput={(event) => enter({ agent: event.currentTarget.value })}
          />
        </label>
        <label>
          Kind
          <select
            value={entered.kind}
            onChange={(event) => enter({ kind: event.currentTarget.value })}
          >
            <option value="">all</option>
            {KINDS.map((kind) => <option key={kind} value={kind}>{kind}</option>)}
          </select>
        </label>
        <button type="submit" class="primary">Search</button>
      </form>
      <Cards pages={pages} empty="Nothing like that is remembered.">
        {(item) => (
          <>
            <p class="text">{item.text}</p>
            <p class="quiet">
              <Badge tone="plain">{item.kind}</Badge>{" "}
              {item.score !== null && `score ${item.score.toFixed(3)} · `}
              {item.agent} · noted in{" "}
              <a class="id" href={sessionLink(item.session)}>{item.session}</a> ·{" "}
              <Ago at={item.at} />
            </p>
          </>
        )}
      </Cards>
    </>
  );
}

function Stats() {
  const { api } = useServices();
  const { value } = useLoad(
    "memory stats",
    (signal) => api.get<ApiMemoryStats>(apiPath("memory", "stats"), {}, signal),
  );
  if (value === null) return null;
  return (
    <p class="quiet">
      {countText(value.items)} items in {value.carrier};{" "}
      {value.dense ? "found by words and by meaning" : "found by words only"}
    </p>
  );
}
