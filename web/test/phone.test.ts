// What a phone signs, as the server makes it: see docs/rounds.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanMessage, scanTime } from '../src/domain/round/phone/key.ts';

test('a time is signed without decimals that are zero', () => {
  const at = Date.UTC(2026, 10, 22, 3, 10, 0);
  assert.equal(scanTime(at), '2026-11-22T03:10:00Z');
  assert.equal(scanTime(at + 120), '2026-11-22T03:10:00.12Z');
  assert.equal(scanTime(at + 10000), '2026-11-22T03:10:10Z');
});

test('the message has four lines and nothing after the last', () => {
  assert.equal(scanMessage('r', 't', 'a'), 'chancery-scan\nr\nt\na');
});
