import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monthNames, partOrder, readDay, writeDay } from '../src/lib/day.ts';
import { localeOf } from '../src/lib/plural.ts';

test('a day goes into its parts and back', () => {
  assert.deepEqual(readDay('2026-02-03'), { day: '3', month: '2', year: '2026' });
  assert.equal(writeDay({ day: '3', month: '2', year: '2026' }), '2026-02-03');
  assert.deepEqual(readDay('yesterday'), { day: '', month: '', year: '' });
  assert.equal(writeDay(readDay('')), '');
});

test('what is no day yet is written as it is, so that it is refused', () => {
  assert.equal(writeDay({ day: '31', month: '2', year: '2026' }), '2026-02-31');
  assert.equal(writeDay({ day: '', month: '2', year: '2026' }), '2026-02-00');
  assert.equal(writeDay({ day: '1', month: '', year: '' }), '0000-00-01');
});

test('no language of the console has the month before the day', () => {
  for (const language of ['en', 'fr', 'ar'])
    assert.deepEqual(partOrder(localeOf(language)), ['day', 'month', 'year']);
  assert.deepEqual(partOrder('ja'), ['year', 'month', 'day']);
  assert.equal(monthNames('fr')[1], 'février');
  assert.equal(new Set(monthNames('ar')).size, 12);
});
