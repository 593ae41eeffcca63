import Bowser from 'bowser';
import ipaddr from 'ipaddr.js';
import { networkOf } from './ip-address.js';

/** Longer ones are made up; parsing has to end in time. */
const MAX_USER_AGENT_LENGTH = 512;

/** Browser and system of a user agent, such as `Chrome on macOS`; null when neither is known. */
export function describeDevice(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const { browser, os } = Bowser.parse(userAgent.slice(0, MAX_USER_AGENT_LENGTH));
  return [browser.name, os.name].filter(Boolean).join(' on ') || null;
}

/**
 * What makes a device known from earlier sign-ins: the family of its user agent and its network (/24 or /48). Versions and
 * the last part of the address change all the time and do not count.
 */
export function deviceKey(userAgent: string | null, ip: string | null): string {
  const network = ip === null ? 'unknown network' : networkOf(ip, { v4: 24, v6: 48 });
  return `${describeDevice(userAgent) ?? 'unknown device'} from ${network}`;
}

/** An address that its owner recognises and nobody else: `203.0.113.***` or `2001:db8:1:***`. */
export function maskIp(ip: string | null): string | null {
  if (ip === null) return null;
  const address = ipaddr.process(ip);
  return address instanceof ipaddr.IPv4
    ? [...address.octets.slice(0, 3), '***'].join('.')
    : [...address.parts.slice(0, 3).map((group) => group.toString(16)), '***'].join(':');
}
