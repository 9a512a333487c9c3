/**
 * Installs the programs that tests and rehearsals run, as far as this machine lacks them and that is
 * ours to do: for root, on Debian and its descendants. Where it is not, or fails, the gate goes on: a
 * test without its program says so.
 *
 * Needs permission to run programs, and to read where they may be.
 *
 * @module
 */
import { PROGRAMS as DOCKER } from "../deploy/rehearsals/docker/rehearsal.ts";
import { PROGRAMS as MONITORING } from "../deploy/rehearsals/monitoring/rehearsal.ts";
import { missingPackages } from "../deploy/rehearsals/programs.ts";
import { PROGRAMS as RECOVERY } from "../deploy/rehearsals/recovery/rehearsal.ts";
import { PROGRAMS as SYSTEMD } from "../deploy/rehearsals/systemd/rehearsal.ts";
import { ensureInstalled, installPackages } from "./services/install.ts";
import { POSTGRES, REDIS } from "./services/requirements.ts";
import { ServiceError } from "./services/service_error.ts";

/** Debian's browser. Without a font it shows no text, and a font is no program. */
const CHROMIUM = "chromium";
const FONT = "fonts-dejavu-core";

/** What single tests run: another program for the same files, what unpacks kubectl, a browser. */
const TESTS = { age: "age", unzip: "unzip", chromium: CHROMIUM };

if (import.meta.main) {
  const programs = { ...TESTS, ...DOCKER, ...MONITORING, ...RECOVERY, ...SYSTEMD };
  const packages = await missingPackages(programs);
  await installPackages(packages.includes(CHROMIUM) ? [...packages, FONT] : packages);
  try {
    // Tests start servers of their own, also where variables name some.
    await ensureInstalled([POSTGRES, REDIS]);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    console.error(error.message);
  }
}
