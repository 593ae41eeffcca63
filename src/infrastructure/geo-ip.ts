import { createRequire } from 'node:module';
import { open, type CountryResponse, type Reader } from 'maxmind';

/** A record of the database, which has its own form beside those that MaxMind sells. */
type CountryRecord = CountryResponse & { country_code: string };

const DATABASE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** Finds the country of an address in a local file; no address leaves the server for it. */
export class GeoIp {
  private constructor(private readonly reader: Reader<CountryRecord>) {}

  /** Reads the database of the package into memory, some 8 MB. */
  static async open(): Promise<GeoIp> {
    const file = createRequire(import.meta.url).resolve(DATABASE);
    return new GeoIp(await open<CountryRecord>(file));
  }

  /** ISO 3166 alpha-2; null when unknown, as for private addresses. */
  country(ip: string): string | null {
    return this.reader.get(ip)?.country_code ?? null;
  }
}
