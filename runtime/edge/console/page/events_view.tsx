/**
 * A session's journal, event by event.
 *
 * @module
 */
import { useMemo } from "preact/hooks";
import { EarlierButton } from "./earlier_button.tsx";
import { ForkButton } from "./fork_button.tsx";
import type { JournalEvent } from "./journal_event.ts";
import { Ago, Fold, JsonBlock } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import type { LiveSession } from "./use_session.ts";
import { jsonLine } from "./words.ts";

/** The events, the first one first, each with its JSON. */
export function EventsView({ live, id }: { readonly live: LiveSession; readonly id: string }) {
  const { events } = live.feed;
  const rows = useMemo(
    () => events.map((event) => <EventRow key={event.seq} event={event} id={id} />),
    [events, id],
  );
  return (
    <>
      <EarlierButton live={live} />
      <ol class="events">{rows}</ol>
    </>
  );
}

function EventRow({ event, id }: { readonly event: JournalEvent; readonly id: string }) {
  return (
    <li>
      <Fold
        summary={
          <>
            <span class="seq">{event.seq}</span> <span class="type">{event.type}</span>{" "}
            <code class="payload">{jsonLine(event.payload)}</code> <Ago at={event.at} />
          </>
        }
      >
        {() => (
          <>
            <JsonBlock value={event} label={`Event ${event.seq}`} />
            <div class="buttons">
              <a href={sessionLink(id, "state", event.seq)}>State after it</a>
              <ForkButton id={id} seq={event.seq} />
            </div>
          </>
        )}
      </Fold>
    </li>
  );
}
