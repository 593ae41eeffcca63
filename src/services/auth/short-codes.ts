import { compare, hash } from '@node-rs/bcrypt';

/** Codes are single-use and their tries are counted, so the cost need not follow that of passwords. */
const COST = 10;

/** bcrypt of a code that somebody types in: an SMS code or a backup code. */
export const hashShortCode = (code: string): Promise<string> => hash(code, COST);

export const matchesShortCode = (code: string, codeHash: string): Promise<boolean> => compare(code, codeHash);
