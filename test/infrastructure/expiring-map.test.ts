import { describe, expect, it } from 'vitest';
import { ExpiringMap } from '../../src/infrastructure/expiring-map.js';
import { TestClock } from '../support/test-clock.js';

describe('ExpiringMap', () => {
  it('forgets an entry at the end of its life', () => {
    const clock = new TestClock();
    const map = new ExpiringMap<string>(clock, 10);
    map.set('a', 'x', 1_000);
    clock.advance(999);
    expect(map.get('a')).toBe('x');
    clock.advance(1);
    expect(map.get('a')).toBeUndefined();
    expect(map.size).toBe(0);
  });

  it('drops expired entries that nobody asks for', () => {
    const clock = new TestClock();
    const map = new ExpiringMap<number>(clock, 1_000);
    for (let n = 0; n < 100; n += 1) map.set(`short-${n}`, n, 1_000);
    map.set('long', 1, 3_600_000);
    clock.advance(60_000);
    map.set('new', 2, 1_000);
    expect(map.size).toBe(2);
    expect(map.get('long')).toBe(1);
  });

  it('never outgrows its bound and lets the least recently used entry go', () => {
    const map = new ExpiringMap<number>(new TestClock(), 3);
    map.set('a', 1, 1_000);
    map.set('b', 2, 1_000);
    map.set('c', 3, 1_000);
    map.get('a');
    map.set('d', 4, 1_000);
    expect(map.size).toBe(3);
    expect(map.get('b')).toBeUndefined();
    expect([map.get('a'), map.get('c'), map.get('d')]).toEqual([1, 3, 4]);
  });

  it('lets a value be changed in place without prolonging its life', () => {
    const clock = new TestClock();
    const map = new ExpiringMap<number>(clock, 3);
    map.set('a', 1, 1_000);
    clock.advance(600);
    map.entry('a')!.value = 2;
    expect(map.get('a')).toBe(2);
    clock.advance(400);
    expect(map.get('a')).toBeUndefined();
  });
});
