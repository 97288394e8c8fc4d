import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currencyPlaces, fromScaled, toPlace, toScaled } from '../src/lib/number.ts';

test('decimals without floating point', () => {
  assert.equal(toScaled('0.07', 2), 7);
  assert.equal(toScaled('-12,5', 2), -1250);
  assert.equal(toScaled('1234567890123.45', 2), 123456789012345);
  assert.equal(toScaled('1.234', 2), undefined);
  assert.equal(toScaled('90071992547409.93', 2), undefined, 'past what a number holds exactly');
  assert.equal(toScaled('twelve', 2), undefined);
  assert.equal(toScaled('', 2), undefined);
});

test('and back', () => {
  assert.equal(fromScaled(7, 2), '0.07');
  assert.equal(fromScaled(-1250, 2), '-12.50');
  assert.equal(fromScaled(500, 0), '500');
  for (const value of [0, 1, -1, 99, 100, -12345])
    assert.equal(toScaled(fromScaled(value, 2), 2), value);
});

test('currencies have their own number of decimals', () => {
  assert.equal(currencyPlaces('EUR'), 2);
  assert.equal(currencyPlaces('JPY'), 0);
  assert.equal(currencyPlaces('KWD'), 3);
  assert.equal(currencyPlaces('?'), 2);
});

test('a place that is pasted', () => {
  assert.deepEqual(toPlace('60.1616, 24.9512'), { lat: 60.1616, lon: 24.9512 });
  assert.deepEqual(toPlace('-33.9 18.4'), { lat: -33.9, lon: 18.4 });
  assert.equal(toPlace('95, 10'), undefined);
  assert.equal(toPlace('60.1616'), undefined);
});
