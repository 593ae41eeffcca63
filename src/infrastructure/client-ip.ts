import { BlockList, isIP } from 'node:net';
import { normalizeIp } from './ip-address.js';

type Headers = Record<string, string | string[] | undefined>;

/** Stands for the address of a socket that is already gone. */
const UNKNOWN_IP = '0.0.0.0';

/**
 * Where a request comes from. Forwarding headers count only when the peer is a trusted proxy, since anybody can send
 * them: `cf-connecting-ip` first, then the first entry of `x-forwarded-for`. A header that holds no address is passed over.
 */
export class ClientIpResolver {
  private readonly trusted = new BlockList();

  /**
   * @param trustedProxies addresses or CIDR ranges such as `10.0.0.0/8`
   * @throws TypeError when one of them is neither
   */
  constructor(trustedProxies: readonly string[]) {
    for (const proxy of trustedProxies) this.trust(proxy);
  }

  /** The address of the client in its usual form; `0.0.0.0` when the socket is gone already. */
  resolve(peer: string | undefined, headers: Headers): string {
    const socketIp = normalizeIp(peer ?? '') ?? UNKNOWN_IP;
    if (!this.isTrusted(socketIp)) return socketIp;
    const [firstForwarded = ''] = single(headers['x-forwarded-for']).split(',');
    return normalizeIp(single(headers['cf-connecting-ip']).trim()) ?? normalizeIp(firstForwarded.trim()) ?? socketIp;
  }

  /** The country that the CDN names (`cf-ipcountry`, ISO 3166 alpha-2); null when it names none or is not trusted. */
  country(peer: string | undefined, headers: Headers): string | null {
    const socketIp = normalizeIp(peer ?? '');
    if (!socketIp || !this.isTrusted(socketIp)) return null;
    const country = single(headers['cf-ipcountry']).toUpperCase();
    // XX stands for an unknown country, T1 for the Tor network.
    return /^[A-Z]{2}$/.test(country) && country !== 'XX' ? country : null;
  }

  private isTrusted(ip: string): boolean {
    return this.trusted.check(ip, familyOf(ip));
  }

  private trust(proxy: string): void {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(proxy) ?? [];
    const length = Number(prefix ?? (isIP(address) === 4 ? 32 : 128));
    try {
      this.trusted.addSubnet(address, length, familyOf(address));
    } catch (error) {
      throw new TypeError(`"${proxy}" is neither an IP address nor a CIDR range`, { cause: error });
    }
  }
}

function familyOf(ip: string): 'ipv4' | 'ipv6' {
  return isIP(ip) === 6 ? 'ipv6' : 'ipv4';
}

function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
