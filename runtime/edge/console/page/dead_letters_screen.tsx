/**
 * Commands that their actor throws on, put aside.
 *
 * @module
 */
import type { ApiDeadLetter } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { Cards } from "./cards.tsx";
import { Ago, Badge, Fold, Heading, JsonBlock, ProblemNote } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import { useAction } from "./use_action.ts";
import { usePages } from "./use_pages.ts";

/** All of them. A healthy node has none. */
export function DeadLettersScreen() {
  const pages = usePages<ApiDeadLetter>(apiPath("dead-letters"), {});
  return (
    <>
      <Heading text="Dead letters" />
      <Cards pages={pages} empty="No command was put aside.">
        {(letter) => <Letter letter={letter} onRetried={pages.reload} />}
      </Cards>
    </>
  );
}

function Letter({ letter, onRetried }: {
  readonly letter: ApiDeadLetter;
  readonly onRetried: () => void;
}) {
  const { post, busy, problem } = useAction();
  const session = /^session\/(.+)$/.exec(letter.actor)?.[1];
  const retry = async () => {
    const path = apiPath("dead-letters", letter.id, "retry");
    if (await post(path, undefined) !== null) onRetried();
  };
  return (
    <article aria-label={`Dead letter ${letter.id}`}>
      <p>
        {session === undefined
          ? <span class="id">{letter.actor}</span>
          : <a class="id" href={sessionLink(session)}>{session}</a>}{" "}
        <Badge tone={letter.status}>{letter.status}</Badge>{" "}
        <span class="quiet">
          {letter.attempts} attempts · sent by {letter.sender} · <Ago at={letter.at} />
        </span>
      </p>
      <p class="fault">{letter.error}</p>
      <Fold
        summary={
          <>
            Command <code>{letter.command_id}</code>
          </>
        }
      >
        {() => <JsonBlock value={letter.command} label="Command" />}
      </Fold>
      {letter.status === "open" && (
        <div class="buttons">
          <button type="button" disabled={busy} onClick={() => void retry()}>Try it again</button>
        </div>
      )}
      <ProblemNote problem={problem} />
    </article>
  );
}
