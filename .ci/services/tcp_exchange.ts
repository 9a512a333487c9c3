/**
 * The smallest client there is: one question, one answer.
 *
 * @module
 */

/** How long a server may take to answer, in milliseconds. */
const ANSWER_MS_MAX = 2_000;

/**
 * Sends bytes to a port on loopback and resolves to the first bytes that come back; null when none
 * come, for whatever reason.
 *
 * Needs permission to connect.
 */
export async function tcpExchange(port: number, request: Uint8Array): Promise<Uint8Array | null> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port });
  } catch {
    return null;
  }
  let open = true;
  const close = () => {
    if (open) connection.close();
    open = false;
  };
  const late = setTimeout(close, ANSWER_MS_MAX);
  try {
    await connection.write(request);
    const answer = new Uint8Array(1_024);
    const length = await connection.read(answer);
    return length === null ? null : answer.subarray(0, length);
  } catch {
    return null;
  } finally {
    clearTimeout(late);
    close();
  }
}
