/**
 * Everything that waits for a person, whichever session asks.
 *
 * @module
 */
import type { ApiApproval } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { ApprovalForm } from "./approval_form.tsx";
import { Ago, Empty, Heading, Loading, ProblemNote } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import { usePages } from "./use_pages.ts";

/** What waits, the oldest first. */
export function ApprovalsScreen() {
  const { value, problem, reload, more } = usePages<ApiApproval>(apiPath("approvals"), {});
  return (
    <>
      <Heading text="Approvals" />
      <ProblemNote problem={problem} />
      {value === null
        ? problem === null && <Loading />
        : value.length === 0 && <Empty>Nothing waits for a decision.</Empty>}
      <ul class="cards">
        {value?.map((approval) => (
          <li key={approval.id} class="card">
            <p class="quiet">
              <a class="id" href={sessionLink(approval.session)}>{approval.session}</a> asks since
              {" "}
              <Ago at={approval.requested_at} />
            </p>
            <ApprovalForm question={approval} onDecided={reload} />
          </li>
        ))}
      </ul>
      {more && <button type="button" onClick={more}>More</button>}
    </>
  );
}
