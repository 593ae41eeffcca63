import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The usual form of an address: an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) as IPv4, IPv6 shortened after RFC 5952,
 * without zone. Null when the text is no address.
 */
export function normalizeIp(text: string): string | null {
  // Stricter than ipaddr.js, which takes "1" and octal numbers for addresses.
  if (isIP(text) === 0) return null;
  return ipaddr.process(text.replace(/%.*$/, '')).toString();
}

/**
 * The network that an address lies in, such as `203.0.113.0/24`, by the prefix length for its family. An IPv4-mapped IPv6
 * address counts as IPv4.
 *
 * @throws Error when `ip` is no address.
 */
export function networkOf(ip: string, prefix: { v4: number; v6: number }): string {
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${prefix.v4}`).toString()}/${prefix.v4}`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${prefix.v6}`).toString()}/${prefix.v6}`;
}
