import { RateLimiterMemory, RateLimiterRes, type IRateLimiterOptions } from 'rate-limiter-flexible';
import { Duration, type Clock } from '../clock.js';
import type { ExpiringMap } from '../expiring-map.js';

/**
 * The limiter of the library over counters that have a bound and follow the injected clock; its own storage grows with
 * every address that calls.
 */
export class MemoryLimiter extends RateLimiterMemory {
  constructor(
    options: IRateLimiterOptions,
    private readonly counters: ExpiringMap<number>,
    private readonly clock: Clock,
  ) {
    super(options);
  }

  override async penalty(key: string | number, points = 1): Promise<RateLimiterRes> {
    const name = this.getKey(key);
    const counter = this.counters.entry(name) ?? this.counters.set(name, 0, Duration.seconds(this.duration));
    counter.value += points;
    const milliseconds = counter.expiresAt - this.clock.now().getTime();
    return new RateLimiterRes(
      Math.max(this.points - counter.value, 0),
      milliseconds,
      counter.value,
      counter.value === points,
    );
  }
}
