/** Where the time comes from. Injected everywhere, so that tests move time instead of waiting for it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Milliseconds of a span, for readable arithmetic on dates. */
export const Duration = {
  seconds: (n: number) => n * 1_000,
  minutes: (n: number) => n * 60_000,
  hours: (n: number) => n * 3_600_000,
  days: (n: number) => n * 86_400_000,
} as const;

/** A new date `milliseconds` after `date`. */
export function addTime(date: Date, milliseconds: number): Date {
  return new Date(date.getTime() + milliseconds);
}
