import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';

/** A time-ordered UUID v7 (RFC 9562), the primary key of every table. */
export const newId = (): string => v7();

/** A random UUID v4, for ids that are themselves the credential (challenges, temp tokens). */
export const newCapabilityId = (): string => randomUUID();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);
