import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** First letters of local part and domain, and the top-level domain: `ada@gmail.com` shows as `a***@g***.com`. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const dot = domain.lastIndexOf('.');
  return `${firstLetter(address)}***@${firstLetter(domain)}***${dot === -1 ? '' : domain.slice(dot)}`;
}

/**
 * Calling code and the last two digits of a number in E.164 form: `+905551234512` shows as `+90********12`. The calling
 * code of a number that belongs to no country is masked as well.
 */
export function maskPhone(number: string): string {
  const callingCode = parsePhoneNumberFromString(number)?.countryCallingCode ?? '';
  const digits = number.replace(/\D/g, '');
  const hidden = Math.max(digits.length - callingCode.length - 2, 0);
  return `+${callingCode}${'*'.repeat(hidden)}${digits.slice(callingCode.length + hidden)}`;
}

function firstLetter(text: string): string {
  return Array.from(text)[0] ?? '';
}
