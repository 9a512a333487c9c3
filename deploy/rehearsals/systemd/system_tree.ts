/**
 * The root folder of a machine that has this one's programs and nothing else of it.
 *
 * @module
 */

/** What the machine shows of this one, read only: its path there, by its path here. */
export type Mounts = Readonly<Record<string, string>>;

/**
 * Programs, and what some of them are chosen by. On systems whose `/bin` and `/lib` are links into
 * `/usr`, that is all that a systemd needs to start.
 */
export const SYSTEM_MOUNTS: Mounts = { "/usr": "/usr", "/etc/alternatives": "/etc/alternatives" };

/** Folders that there must be before anything is mounted. */
const FOLDERS = [
  ..."dev proc sys run tmp var opt root usr etc/alternatives etc/systemd/system".split(" "),
];

const LINKS: Readonly<Record<string, string>> = {
  bin: "usr/bin",
  sbin: "usr/sbin",
  lib: "usr/lib",
  lib64: "usr/lib64",
  "etc/systemd/system/default.target": "/usr/lib/systemd/system/multi-user.target",
  // Nobody sits before it.
  "etc/systemd/system/console-getty.service": "/dev/null",
};

const FILES: Readonly<Record<string, string>> = {
  "etc/passwd": `root:x:0:0:root:/root:/bin/sh
messagebus:x:100:102::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`,
  "etc/group": `root:x:0:
adm:x:4:
tty:x:5:
messagebus:x:102:
nogroup:x:65534:
`,
  "etc/hosts": "127.0.0.1 localhost\n",
  "etc/os-release": 'ID=synapse-rehearsal\nPRETTY_NAME="A rehearsal of Synapse"\n',
  // With one it does not take this for the first start, at which it would enable all services of /usr.
  "etc/machine-id": "5e4ea25a150000000000000000005e4e\n",
};

/** Fills an empty folder. */
export async function makeSystemTree(root: string): Promise<void> {
  for (const folder of FOLDERS) await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  for (const [link, target] of Object.entries(LINKS)) await Deno.symlink(target, `${root}/${link}`);
  for (const [file, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(`${root}/${file}`, text);
  }
  await Deno.chmod(root, 0o755);
}
