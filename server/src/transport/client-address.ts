import { isIP } from "node:net";

/**
 * The address of the client. A proxy's word counts only when the proxy is trusted: then it is the right-most entry that
 * is not itself a trusted proxy's. What stands left of that one anybody may have written, so when it is no address the
 * peer's own is left.
 */
export function clientAddress(request: Request, peer: string, trusted: ReadonlySet<string>): string {
  const own = toPlainAddress(peer);
  if (!trusted.has(own)) return own;
  const forwarded = request.headers.get("x-forwarded-for") ?? "";
  const client = forwarded
    .split(",")
    .map((address) => toPlainAddress(address.trim()))
    .findLast((address) => !trusted.has(address));
  return client !== undefined && isIP(client) !== 0 ? client : own;
}

/** An IPv4 peer of a server that listens on IPv6 comes as `::ffff:192.0.2.1`. */
function toPlainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
