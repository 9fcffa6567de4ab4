// What the log says while the state of the cache changes: each change once, and no flood when it flaps.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import { CacheLog } from '../../libs/cache/src/nest/cache-log.js';
import { HandClock } from '../support/hand-clock.js';

let said: string[];
let clock: HandClock;
let log: CacheLog;

beforeEach(() => {
  said = [];
  const keeper: LoggerService = {
    log: (sentence: string) => said.push(sentence),
    warn: (sentence: string) => said.push(`warning: ${sentence}`),
    error: (sentence: string) => said.push(`error: ${sentence}`),
  };
  Logger.overrideLogger(keeper);
  clock = new HandClock();
  log = new CacheLog(clock);
});
afterEach(() => Logger.overrideLogger(false));

const trust = (inStep: boolean) => log.tell({ kind: 'trust', inStep });
const breaker = (open: boolean) => log.tell({ kind: 'breaker', open });

describe('the log', () => {
  it('says each change of state once, and nothing of a state that stays', () => {
    for (const inStep of [true, true, false, false, true]) trust(inStep);
    for (const open of [true, true, false, false]) breaker(open);

    expect(said).toEqual([
      'In step: reads are answered from memory.',
      'warning: Out of step: reads are answered from the source.',
      'In step again: reads are answered from memory.',
      'warning: Redis does not answer and is left alone. What others keep there is loaded here.',
      'Redis answers again.',
    ]);
  });

  it('says six changes a minute, and of more than that how many there were and where it ended', () => {
    for (let change = 0; change < 101; change++) {
      trust(change % 2 === 0);
      clock.turn(100);
    }
    expect(said).toHaveLength(6);

    clock.turn(60_000);

    expect(said.slice(6)).toEqual(['warning: 95 more changes of step within a minute; now in step.']);
  });

  it('bounds what an hour of flapping has to say', () => {
    for (let change = 0; change < 36_000; change++) {
      breaker(change % 2 === 0);
      clock.turn(100);
    }

    expect(said.length).toBeLessThanOrEqual(61 * 7);
    expect(said).toContain('warning: Redis went away or came back 594 more times within a minute; now it answers.');
  });

  it('says the next change at once when it has been quiet for a minute', () => {
    for (let change = 0; change < 20; change++) trust(change % 2 === 0);
    clock.turn(60_000);
    said.length = 0;

    trust(true);

    expect(said).toEqual(['In step again: reads are answered from memory.']);
    expect(clock.alarms).toBe(0);
  });

  it('does not let one state keep the other from being told', () => {
    for (let change = 0; change < 20; change++) trust(change % 2 === 0);

    breaker(true);

    expect(said.at(-1)).toMatch(/^warning: Redis does not answer/);
  });

  it('sums up before it goes on, when the timer of the minute is late', () => {
    const late = { now: () => clock.now(), after: () => () => {} };
    log = new CacheLog(late);
    for (let change = 0; change < 8; change++) trust(change % 2 === 0);
    clock.turn(60_000);

    trust(true);

    expect(said.slice(6)).toEqual([
      'warning: 2 more changes of step within a minute; now out of step.',
      'In step again: reads are answered from memory.',
    ]);
  });
});
