/**
 * `deno task rehearse:kubernetes [FOLDER]`: gives the manifests to a real API server with the real
 * controllers, by the commands of docs/deployment.md, and prints what held; ends with 1 at the first
 * thing that did not. There is no machine: a stand-in says of each pod that it runs and is ready, and of
 * each Job that it succeeded if the program takes its command line, so no image is started.
 *
 * The programs kube-apiserver and kube-controller-manager are taken from FOLDER, else built by Go into
 * `dist/`, once. Needs kubectl, and of Debian `etcd-server openssl`. Everything is on loopback, in
 * temporary folders, and gone in the end.
 *
 * @module
 */
import { systemClock } from "../../runtime/clock.ts";
import { Checklist } from "./checklist.ts";
import { ControlPlane } from "./kubernetes/control_plane.ts";
import { rehearse } from "./kubernetes/operating.ts";
import { programFolder } from "./kubernetes/program_folder.ts";
import { startStandInMachine } from "./kubernetes/stand_in_machine.ts";
import { programObstacle } from "./programs.ts";
import { runRehearsal } from "./rehearsal.ts";

if (import.meta.main) {
  await runRehearsal({
    obstacle: () =>
      programObstacle({ etcd: "etcd-server", kubectl: "kubectl", openssl: "openssl" }),
    async rehearse(print) {
      const list = new Checklist(systemClock, print);
      await using plane = await ControlPlane.start(await programFolder(Deno.args[0]));
      await using _machine = await startStandInMachine(plane.url);
      await rehearse(list, plane);
      return list.done;
    },
  });
}
