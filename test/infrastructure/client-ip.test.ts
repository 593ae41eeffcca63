import { describe, expect, it } from 'vitest';
import { ClientIpResolver } from '../../src/infrastructure/client-ip.js';

const resolver = new ClientIpResolver(['10.0.0.0/8', '192.0.2.1', '2001:db8:ffff::/48']);
const TRUSTED = '10.1.2.3';
const STRANGER = '198.51.100.9';

describe('ClientIpResolver', () => {
  it.each([
    ['no header', TRUSTED, {}, TRUSTED],
    [
      'cf-connecting-ip first',
      TRUSTED,
      { 'cf-connecting-ip': '203.0.113.7', 'x-forwarded-for': '203.0.113.8' },
      '203.0.113.7',
    ],
    ['the first entry of x-forwarded-for', TRUSTED, { 'x-forwarded-for': ' 203.0.113.8 , 10.9.9.9' }, '203.0.113.8'],
    [
      'a malformed cf-connecting-ip',
      TRUSTED,
      { 'cf-connecting-ip': '203.0.113', 'x-forwarded-for': '203.0.113.8' },
      '203.0.113.8',
    ],
    ['two cf-connecting-ip', TRUSTED, { 'cf-connecting-ip': '203.0.113.7, 203.0.113.8' }, TRUSTED],
    ['malformed headers', TRUSTED, { 'cf-connecting-ip': '1', 'x-forwarded-for': 'unknown, 203.0.113.8' }, TRUSTED],
    ['an octal look-alike', TRUSTED, { 'x-forwarded-for': '0x7f.1' }, TRUSTED],
    ['a trusted address without range', '192.0.2.1', { 'x-forwarded-for': '203.0.113.8' }, '203.0.113.8'],
    ['its neighbour', '192.0.2.2', { 'x-forwarded-for': '203.0.113.8' }, '192.0.2.2'],
    ['a trusted IPv6 peer', '2001:db8:ffff::1', { 'cf-connecting-ip': '2001:DB8:0:0::5' }, '2001:db8::5'],
    [
      'a trusted IPv4 peer on an IPv6 socket',
      '::ffff:10.1.2.3',
      { 'x-forwarded-for': '::ffff:203.0.113.8' },
      '203.0.113.8',
    ],
    ['a stranger', STRANGER, { 'cf-connecting-ip': '203.0.113.7', 'x-forwarded-for': '203.0.113.8' }, STRANGER],
    ['a stranger on an IPv6 socket', '::ffff:198.51.100.9', { 'x-forwarded-for': '203.0.113.8' }, STRANGER],
    ['a link-local peer', 'fe80::1%eth0', {}, 'fe80::1'],
    ['a socket that is gone', undefined, { 'x-forwarded-for': '203.0.113.8' }, '0.0.0.0'],
  ])('with %s', (_case, peer, headers, ip) => {
    expect(resolver.resolve(peer, headers)).toBe(ip);
  });

  it('trusts nobody by default', () => {
    expect(new ClientIpResolver([]).resolve('127.0.0.1', { 'x-forwarded-for': '203.0.113.8' })).toBe('127.0.0.1');
  });

  it.each([
    ['a trusted peer', TRUSTED, 'DE', 'DE'],
    ['a trusted peer in lower case', TRUSTED, 'de', 'DE'],
    ['a stranger', STRANGER, 'DE', null],
    ['an unknown country', TRUSTED, 'XX', null],
    ['Tor', TRUSTED, 'T1', null],
    ['nonsense', TRUSTED, 'Germany', null],
    ['no header', TRUSTED, undefined, null],
    ['a socket that is gone', undefined, 'DE', null],
  ])('takes the country of %s', (_case, peer, header, country) => {
    expect(resolver.country(peer, { 'cf-ipcountry': header })).toBe(country);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/9', '10.0.0/8', 'proxy.local', '', '2001:db8::/129', '10.0.0.0/x'])(
    'refuses "%s" as a proxy',
    (proxy) => {
      expect(() => new ClientIpResolver([proxy])).toThrow(`"${proxy}" is neither an IP address nor a CIDR range`);
    },
  );
});
