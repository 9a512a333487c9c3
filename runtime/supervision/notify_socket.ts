/**
 * A supervisor's socket: datagrams on a Unix socket.
 *
 * Deno has such sockets, though only as an unstable feature; `node:dgram` has none. The program
 * `systemd-notify` would be a process of its own, and then every process of the node had to be trusted
 * (`NotifyAccess=all`), skill hosts included.
 *
 * @module
 */
import type { Entropy } from "../entropy.ts";
import { encodeNotice, type NoticeSink } from "./notice.ts";

/**
 * Opens a way to the socket at that address: a path, or a name that begins with a NUL. The supervisor
 * knows the sender by what the kernel says of it, so this must be done by the supervised process itself.
 *
 * The own end gets a name that nobody else has and no file: it is in Linux' abstract namespace.
 *
 * Needs the unstable feature `net`, and permission for the network, and to read and write the path.
 *
 * @throws {Deno.errors.NotCapable} without that permission
 */
export function openNotifySocket(address: string, entropy: Pick<Entropy, "id">): NoticeSink {
  const socket = Deno.listenDatagram({
    transport: "unixpacket",
    path: `\0${entropy.id("synapse_notify")}`,
  });
  const encoder = new TextEncoder();
  // One at a time: Deno refuses a second datagram while the first is under way.
  let sent = Promise.resolve();
  return {
    send(notice) {
      const sending = sent.then(async () => {
        await socket.send(encoder.encode(encodeNotice(notice)), {
          transport: "unixpacket",
          path: address,
        });
      });
      sent = sending.catch(() => {});
      return sending;
    },
    close: () => socket.close(),
  };
}
