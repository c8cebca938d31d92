import { BlockList, isIP } from "node:net";

/**
 * Tells the address of the client of a request, given the address of the peer that sent it. A proxy's word counts only
 * when the proxy is among the trusted ones (addresses, and ranges such as `10.0.0.0/8`): then it is the right-most entry
 * that is not itself a trusted proxy's. What stands left of that one anybody may have written, so when it is no address
 * the peer's own is left.
 */
export function createClientAddress(trusted: readonly string[]): (request: Request, peer: string) => string {
  const proxies = new BlockList();
  for (const entry of trusted) {
    const [address = "", bits] = entry.split("/");
    if (bits === undefined) proxies.addAddress(address, familyOf(address));
    else proxies.addSubnet(address, Number(bits), familyOf(address));
  }
  const isTrusted = (address: string) => isIP(address) !== 0 && proxies.check(address, familyOf(address));
  return (request, peer) => {
    const own = toPlainAddress(peer);
    if (!isTrusted(own)) return own;
    const forwarded = request.headers.get("x-forwarded-for") ?? "";
    const client = forwarded
      .split(",")
      .map((address) => toPlainAddress(address.trim()))
      .findLast((address) => !isTrusted(address));
    return client !== undefined && isIP(client) !== 0 ? client : own;
  };
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** An IPv4 peer of a server that listens on IPv6 comes as `::ffff:192.0.2.1`. */
function toPlainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
