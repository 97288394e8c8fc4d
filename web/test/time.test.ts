import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fromLocalInput,
  msOf,
  offsetMinutes,
  spanOf,
  toLocalInput,
  utcText,
} from '../src/lib/time.ts';

test('offsets of zones follow the season', () => {
  assert.equal(offsetMinutes('Europe/Helsinki', new Date('2026-01-15T12:00:00Z')), 120);
  assert.equal(offsetMinutes('Europe/Helsinki', new Date('2026-07-15T12:00:00Z')), 180);
  assert.equal(offsetMinutes('Asia/Kathmandu', new Date('2026-07-15T12:00:00Z')), 345);
  assert.equal(offsetMinutes('America/New_York', new Date('2026-07-15T12:00:00Z')), -240);
  assert.equal(offsetMinutes('UTC', new Date('1969-12-31T23:59:59.500Z')), 0);
});

test('local time goes to an instant and back', () => {
  for (const zone of ['UTC', 'Europe/Helsinki', 'Asia/Kathmandu', 'America/New_York'])
    for (const local of ['2026-01-15T08:30:00', '2026-07-15T23:59:59'])
      assert.equal(toLocalInput(fromLocalInput(local, zone), zone), local);
});

test('the hour that is skipped, and the one that comes twice', () => {
  // Helsinki: 2026-03-29 03:00 becomes 04:00; 2026-10-25 04:00 becomes 03:00.
  assert.equal(
    fromLocalInput('2026-03-29T03:30:00', 'Europe/Helsinki'),
    '2026-03-29T01:30:00.000Z',
  );
  assert.equal(
    fromLocalInput('2026-10-25T03:30:00', 'Europe/Helsinki'),
    '2026-10-25T00:30:00.000Z',
  );
});

test('what is no time is no instant', () => {
  assert.equal(fromLocalInput('', 'UTC'), '');
  assert.equal(fromLocalInput('soon', 'UTC'), '');
  assert.equal(toLocalInput('soon', 'UTC'), '');
});

test('UTC is written one way', () => {
  assert.equal(utcText('2026-11-22T03:27:04.5Z'), '2026-11-22 03:27:04Z');
  assert.equal(utcText('2026-11-22T03:27:04Z', false), '03:27:04Z');
  assert.equal(utcText('soon'), 'soon');
});

test('durations in the largest whole unit', () => {
  assert.deepEqual(spanOf(5400000), { count: 90, unit: 'minute' });
  assert.deepEqual(spanOf(172800000), { count: 2, unit: 'day' });
  assert.deepEqual(spanOf(1500), { count: 1500, unit: 'millisecond' });
  assert.deepEqual(spanOf(0), { count: 0, unit: 'millisecond' });
  assert.equal(msOf(90, 'minute'), 5400000);
});
