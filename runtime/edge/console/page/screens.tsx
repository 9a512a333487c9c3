/**
 * Which screen belongs to which route.
 *
 * @module
 */
import { AgentsScreen } from "./agents_screen.tsx";
import { ApprovalsScreen } from "./approvals_screen.tsx";
import { DeadLettersScreen } from "./dead_letters_screen.tsx";
import { MemoryScreen } from "./memory_screen.tsx";
import { NodesScreen } from "./nodes_screen.tsx";
import type { Route } from "./route.ts";
import { SessionScreen } from "./session_screen.tsx";
import { SessionsScreen } from "./sessions_screen.tsx";
import { SkillsScreen } from "./skills_screen.tsx";

/** The screen of a route. */
export function ScreenOf({ route }: { readonly route: Route }) {
  switch (route.screen) {
    case "sessions":
      return <SessionsScreen status={route.status} agent={route.agent} />;
    case "session":
      // Another session is another screen: nothing of the one before may be left in it.
      return <SessionScreen key={route.id} id={route.id} view={route.view} seq={route.seq} />;
    case "approvals":
      return <ApprovalsScreen />;
    case "dead-letters":
      return <DeadLettersScreen />;
    case "nodes":
      return <NodesScreen />;
    case "skills":
      return <SkillsScreen />;
    case "agents":
      return <AgentsScreen />;
    case "memory":
      return <MemoryScreen />;
  }
}
