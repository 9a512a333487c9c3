/**
 * One session, as it happens.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import type { ApiSession } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { ConnectionLine } from "./connection_line.tsx";
import { ConversationView } from "./conversation_view.tsx";
import { EventsView } from "./events_view.tsx";
import { Ago, Badge, ConfirmButton, Heading, Loading, ProblemNote } from "./parts.tsx";
import { sessionLink, type SessionView } from "./route.ts";
import { useServices } from "./services.ts";
import { StateView } from "./state_view.tsx";
import { useAction } from "./use_action.ts";
import { useSession } from "./use_session.ts";
import { bytesText, costText, countText, jsonLine } from "./words.ts";

const VIEWS: readonly (readonly [SessionView, string])[] = [
  ["conversation", "Conversation"],
  ["events", "Events"],
  ["state", "State"],
];

/** One session. */
export function SessionScreen({ id, view, seq }: {
  readonly id: string;
  readonly view: SessionView;
  readonly seq: number | null;
}) {
  const live = useSession(id);
  const { session, problem } = live;
  return (
    <>
      <div class="title">
        <Heading text={id} />
        {session && <Badge tone={session.status}>{session.status}</Badge>}
      </div>
      <ProblemNote problem={problem}>
        <button type="button" onClick={live.reconnect}>Try again</button>
      </ProblemNote>
      {session === null ? problem === null && <Loading /> : (
        <>
          <Facts session={session} />
          <div class="bar">
            <nav class="tabs" aria-label="Views of the session">
              {VIEWS.map(([name, title]) => (
                <a
                  key={name}
                  href={sessionLink(id, name)}
                  aria-current={name === view ? "page" : undefined}
                >
                  {title}
                </a>
              ))}
            </nav>
            <ConnectionLine connection={live.connection} onRetry={live.reconnect} />
            <Ends session={session} />
          </div>
          {view === "conversation" && <ConversationView live={live} session={session} />}
          {view === "events" && <EventsView live={live} id={id} />}
          {view === "state" && <StateView id={id} seq={seq} last={session.seq} />}
        </>
      )}
    </>
  );
}

/** What is known of the session besides what was said. */
function Facts({ session }: { readonly session: ApiSession }) {
  const { usage } = session;
  const tokens = `${countText(usage.input_tokens)} in, ${countText(usage.output_tokens)} out`;
  const metadata = Object.keys(session.metadata).length > 0;
  return (
    <dl class="facts">
      <Fact name="Agent">{`${session.agent} v${session.agent_version}`}</Fact>
      <Fact name="Turns">{countText(session.turns)}</Fact>
      {session.queued > 0 && <Fact name="Queued">{countText(session.queued)}</Fact>}
      <Fact name="Tokens">{tokens}</Fact>
      <Fact name="Cost">{costText(usage.cost_usd)}</Fact>
      <Fact name="Journal">
        {`${countText(session.seq)} events, ${bytesText(session.bytes)}`}
      </Fact>
      <Fact name="Started">
        <Ago at={session.created_at} />
      </Fact>
      <Fact name="Last activity">
        <Ago at={session.updated_at} />
      </Fact>
      {session.parent !== null && (
        <Fact name="Works for">
          <a class="id" href={sessionLink(session.parent)}>{session.parent}</a>
        </Fact>
      )}
      {metadata && (
        <Fact name="Metadata">
          <code>{jsonLine(session.metadata)}</code>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: {
  readonly name: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Closing it for good. */
function Ends({ session }: { readonly session: ApiSession }) {
  const { api } = useServices();
  const { attempt, busy, problem } = useAction();
  if (session.status === "closed") return null;
  const close = () => void attempt(() => api.delete(apiPath("sessions", session.id)));
  return (
    <div class="ends">
      <ConfirmButton
        label="Close the session"
        question="Close it for good? Memory forgets what it noted."
        confirm="Close for good"
        busy={busy}
        onConfirm={close}
      />
      <ProblemNote problem={problem} />
    </div>
  );
}
