import { beforeAll, describe, expect, it } from 'vitest';
import { GeoIp } from '../../src/infrastructure/geo-ip.js';

describe('GeoIp', () => {
  let geoIp: GeoIp;

  beforeAll(async () => {
    geoIp = await GeoIp.open();
  });

  it.each([
    ['8.8.8.8', 'US'],
    ['2001:4860:4860::8888', 'US'],
    ['78.186.0.1', 'TR'],
    ['10.0.0.1', null],
    ['127.0.0.1', null],
    ['::1', null],
    ['0.0.0.0', null],
    ['no address', null],
  ])('finds %s in %s', (ip, country) => {
    expect(geoIp.country(ip)).toBe(country);
  });
});
