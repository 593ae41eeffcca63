import { lookup as dnsLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { promisify } from 'node:util';
import ipaddr from 'ipaddr.js';

/** A host that providers may not talk to, or that has no address. */
export class ForbiddenHost extends Error {
  override readonly name = 'ForbiddenHost';
}

const PRIVATE_RANGES = ['loopback', 'private', 'uniqueLocal'];

type Resolver = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

interface Options {
  /** Lets plain http, loopback and private networks pass; link-local addresses never. Off in production. */
  allowPrivateHosts: boolean;
  resolver?: Resolver;
}

/**
 * Which hosts an admin-configured provider may reach: https on public addresses. Without this check staff could point a
 * provider at the metadata service or at the database (server-side request forgery). Names are checked when they are
 * stored, and again at every connection through {@link lookup}, so that a name that changes its address gains nothing.
 */
export class OutboundHosts {
  readonly allowPrivateHosts: boolean;
  private readonly resolver: Resolver;

  constructor({ allowPrivateHosts, resolver = dnsLookup }: Options) {
    this.allowPrivateHosts = allowPrivateHosts;
    this.resolver = resolver;
  }

  /**
   * Everything that can be said about a URL without asking DNS.
   *
   * @throws ForbiddenHost when it is no https URL, carries a user name, or names a private address.
   */
  checkUrl(text: string): URL {
    if (!URL.canParse(text)) throw new ForbiddenHost('not a URL');
    const url = new URL(text);
    const allowed = url.protocol === 'https:' || (this.allowPrivateHosts && url.protocol === 'http:');
    if (!allowed) throw new ForbiddenHost('the URL must be https');
    if (url.username || url.password) throw new ForbiddenHost('the URL must not hold credentials');
    this.checkHost(withoutBrackets(url.hostname));
    return url;
  }

  /** @throws ForbiddenHost when `host` is written as an address of a private network. */
  checkHost(host: string): void {
    if (isIP(host) && !this.isAllowed(host)) throw new ForbiddenHost('the host is not public');
  }

  /**
   * The full check of a setting: a URL (anything with `://`), else a host name.
   *
   * @throws ForbiddenHost also when the name has no address, or a private one among its addresses.
   */
  async check(urlOrHost: string): Promise<void> {
    const host = urlOrHost.includes('://') ? withoutBrackets(this.checkUrl(urlOrHost).hostname) : urlOrHost;
    this.checkHost(host);
    await promisify(this.lookup)(host, { all: true });
  }

  /** A `lookup` for sockets and HTTP requests that fails on private addresses. Not called for literal addresses. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.resolver(host, { ...options, all: true }, (error, addresses = []) => {
      const first = addresses[0];
      if (error || !first) return callback(new ForbiddenHost('the host has no address'), '');
      if (!addresses.every(({ address }) => this.isAllowed(address))) {
        return callback(new ForbiddenHost('the host is not public'), '');
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

  /** A TCP connection to an allowed host. `timeout` is in milliseconds. */
  async connect(host: string, port: number, timeout: number): Promise<Socket> {
    this.checkHost(host);
    const socket = connect({ host, port, lookup: this.lookup });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(timeout) });
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** Public is what is globally routable; whatever ipaddr.js knows by another name (NAT64, reserved …) is not. */
  private isAllowed(address: string): boolean {
    const range = ipaddr.process(address).range();
    return range === 'unicast' || (this.allowPrivateHosts && PRIVATE_RANGES.includes(range));
  }
}

const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
