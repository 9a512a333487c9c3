/**
 * A conversation as people read it.
 *
 * @module
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ApiSession } from "../../../cli/api_types.ts";
import { CallCard } from "./call_card.tsx";
import { Composer } from "./composer.tsx";
import { type Item, readConversation } from "./conversation.ts";
import { Ago, Empty } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import type { LiveSession } from "./use_session.ts";
import { EarlierButton } from "./earlier_button.tsx";
import { costText, countText } from "./words.ts";

/** How near to the end of the page a reader is who wants to see what comes, in pixels. */
const NEAR_PX = 160;

/** What was said, what is being said, and a place to say something. */
export function ConversationView({ live, session }: {
  readonly live: LiveSession;
  readonly session: ApiSession;
}) {
  const { feed } = live;
  const conversation = useMemo(() => readConversation(feed.events), [feed.events]);
  // Made anew when something happened, not with every piece of an answer.
  const items = useMemo(
    () => conversation.items.map((item) => <ItemView key={keyOf(item)} item={item} />),
    [conversation],
  );
  const thinks = conversation.turn !== null && !conversation.asks && feed.live === null;
  useFollow(feed.events.length, feed.live);
  return (
    <>
      <EarlierButton live={live} />
      {items.length === 0 && <Empty>Nothing was said yet.</Empty>}
      <div class="conversation" role="log" aria-label="Conversation">
        {items}
        {feed.live !== null && (
          <article class="said answer running" aria-label="Answer being given">
            <p class="text">{feed.live}</p>
          </article>
        )}
        {thinks && <p class="quiet working">Working…</p>}
      </div>
      <Composer session={session} turn={conversation.turn} closed={conversation.closed} />
    </>
  );
}

function keyOf(item: Item): string {
  return item.kind === "call" ? item.call.id : `${item.seq} ${item.kind}`;
}

function ItemView({ item }: { readonly item: Item }) {
  switch (item.kind) {
    case "message":
      return (
        <article class="said message" aria-label="Message">
          <p class="text">{item.content}</p>
          <p class="quiet">
            {item.state === "queued" && "waits for the running turn · "}
            <Ago at={item.at} />
          </p>
        </article>
      );
    case "answer":
      // An answer that only calls skills says nothing: its calls stand below.
      if (item.text === "") return null;
      return (
        <article class="said answer" aria-label="Answer">
          <p class="text">{item.text}</p>
          <p class="quiet">
            {item.model} · {countText(item.tokens)} tokens · {costText(item.cost_usd)} ·{" "}
            <Ago at={item.at} />
          </p>
        </article>
      );
    case "call":
      return <CallCard call={item.call} />;
    case "note":
      return (
        <div class={`note ${item.tone}`}>
          <p>
            {item.text}
            {item.session !== null && (
              <>
                {" "}
                <a class="id" href={sessionLink(item.session)}>{item.session}</a>
              </>
            )}
          </p>
          {item.lines.length > 0 && <ul>{item.lines.map((line) => <li key={line}>{line}</li>)}</ul>}
        </div>
      );
  }
}

/** Keeps the end in sight of a reader who is there already. */
function useFollow(events: number, live: string | null): void {
  const [near, setNear] = useState(true);
  const shown = useRef(0);
  useEffect(() => {
    const look = () => {
      const { scrollHeight } = document.documentElement;
      setNear(scrollHeight - innerHeight - scrollY < NEAR_PX);
    };
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, []);
  useEffect(() => {
    const begun = shown.current === 0 && events > 0;
    shown.current = events;
    if (near || begun) scrollTo({ top: document.documentElement.scrollHeight });
  }, [events, live]);
}
