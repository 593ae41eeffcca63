import { describe, expect, it } from 'vitest';
import { describeDevice, deviceKey, maskIp } from '../../src/infrastructure/device.js';

const CHROME_126 =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const CHROME_127 = CHROME_126.replace('Chrome/126', 'Chrome/127');
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

describe('describeDevice', () => {
  it.each([
    [CHROME_126, 'Chrome on macOS'],
    [FIREFOX, 'Firefox on Windows'],
    [IPHONE, 'Safari on iOS'],
    [GOOGLEBOT, 'Googlebot'],
    ['curl/8.5.0', null],
    ['__proto__', null],
    ['', null],
    [null, null],
  ])('%s', (userAgent, device) => {
    expect(describeDevice(userAgent)).toBe(device);
  });

  it('looks at the beginning of an endless user agent alone', () => {
    expect(describeDevice('x'.repeat(600) + CHROME_126)).toBeNull();
  });
});

describe('deviceKey', () => {
  const known = deviceKey(CHROME_126, '203.0.113.7');

  it.each([
    ['a newer version', CHROME_127, '203.0.113.7'],
    ['a neighbouring address', CHROME_126, '203.0.113.250'],
    ['the IPv4-mapped address', CHROME_126, '::ffff:203.0.113.7'],
  ])('knows the device again by %s', (_case, userAgent, ip) => {
    expect(deviceKey(userAgent, ip)).toBe(known);
  });

  it.each([
    ['another browser', FIREFOX, '203.0.113.7'],
    ['another network', CHROME_126, '203.0.114.7'],
    ['no user agent', null, '203.0.113.7'],
    ['no address', CHROME_126, null],
  ])('tells %s apart', (_case, userAgent, ip) => {
    expect(deviceKey(userAgent, ip)).not.toBe(known);
  });

  it('takes a /48 of IPv6 for one network', () => {
    expect(deviceKey(IPHONE, '2001:db8:1:2::1')).toBe(deviceKey(IPHONE, '2001:db8:1:ffff::9'));
    expect(deviceKey(IPHONE, '2001:db8:1:2::1')).not.toBe(deviceKey(IPHONE, '2001:db8:2:2::1'));
  });
});

describe('maskIp', () => {
  it.each([
    ['203.0.113.7', '203.0.113.***'],
    ['::ffff:203.0.113.7', '203.0.113.***'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:***'],
    ['2001:db8::1', '2001:db8:0:***'],
    ['::1', '0:0:0:***'],
    [null, null],
  ])('%s', (ip, masked) => {
    expect(maskIp(ip)).toBe(masked);
  });
});
