/**
 * Everything that waits for a person, whichever session asks.
 *
 * @module
 */
import type { ApiApproval } from "../../../cli/api_types.ts";
import { apiPath } from "./api.ts";
import { ApprovalForm } from "./approval_form.tsx";
import { Cards } from "./cards.tsx";
import { Ago, Heading } from "./parts.tsx";
import { sessionLink } from "./route.ts";
import { usePages } from "./use_pages.ts";

/** What waits, the oldest first. */
export function ApprovalsScreen() {
  const pages = usePages<ApiApproval>(apiPath("approvals"), {});
  return (
    <>
      <Heading text="Approvals" />
      <Cards pages={pages} empty="Nothing waits for a decision.">
        {(approval) => (
          <>
            <p class="quiet">
              <a class="id" href={sessionLink(approval.session)}>{approval.session}</a> asks since
              {" "}
              <Ago at={approval.requested_at} />
            </p>
            <ApprovalForm question={approval} onDecided={pages.reload} />
          </>
        )}
      </Cards>
    </>
  );
}
