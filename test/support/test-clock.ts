import { addTime, type Clock } from '../../src/infrastructure/clock.js';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  private time: Date;

  constructor(start = '2026-01-15T12:00:00.000Z') {
    this.time = new Date(start);
  }

  now(): Date {
    return new Date(this.time);
  }

  advance(milliseconds: number): void {
    this.time = addTime(this.time, milliseconds);
  }
}
