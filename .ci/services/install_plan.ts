/**
 * How missing programs get onto a machine: the commands, not their execution.
 *
 * @module
 */

/** What decides whether, and how, something may be installed. */
export interface Host {
  readonly isRoot: boolean;
  /** The text of `/etc/os-release`; empty when there is none. */
  readonly osRelease: string;
  /** Whether somebody has laid down already which services a package may start. */
  readonly hasPolicy: boolean;
}

/** One command. */
export interface InstallStep {
  /** What it does, for people. */
  readonly say: string;
  readonly command: readonly [string, ...string[]];
  /** The next steps may well work without it. */
  readonly optional?: boolean;
  /** Runs also after a step that failed: it takes back what an earlier one did. */
  readonly always?: boolean;
}

/** Debian's switch: what it refuses, no package starts. */
export const POLICY_FILE = "/usr/sbin/policy-rc.d";

const APT = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"] as const;

/**
 * The steps that install these packages; null where that is not ours to do: for anybody but root,
 * and on systems other than Debian and its descendants.
 */
export function planInstall(packages: readonly string[], host: Host): InstallStep[] | null {
  if (!host.isRoot || !isDebian(host.osRelease)) return null;
  const install: InstallStep[] = [
    // A list that is out of date is often good enough, and one broken source spoils the update.
    {
      say: "Updating the package lists (apt-get update)",
      command: [...APT, "update"],
      optional: true,
    },
    {
      say: `Installing ${packages.join(", ")} (apt-get install)`,
      command: [
        ...APT,
        "--option=DPkg::Lock::Timeout=120",
        "install",
        "--yes",
        "--no-install-recommends",
        ...packages,
      ],
    },
  ];
  return host.hasPolicy ? install : [forbidStarts, ...install, allowStarts];
}

/** The tests start servers of their own; those of the system would only take memory and ports. */
const forbidStarts: InstallStep = {
  say: `Keeping packages from starting services (${POLICY_FILE})`,
  command: [
    "sh",
    "-c",
    `printf '#!/bin/sh\\nexit 101\\n' >${POLICY_FILE} && chmod 755 ${POLICY_FILE}`,
  ],
};

const allowStarts: InstallStep = {
  say: `Letting packages start services again (${POLICY_FILE})`,
  command: ["rm", "-f", POLICY_FILE],
  always: true,
};

function isDebian(osRelease: string): boolean {
  const families = /^ID(?:_LIKE)?=.*$/gm;
  return (osRelease.match(families) ?? []).some((line) => /\b(debian|ubuntu)\b/.test(line));
}
