import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJson, membersOf, RawJson, write } from '../src/lib/json.ts';

test('members are cut out as they are written', () => {
  const text = '{ "a" : 1.0 ,"b\\"c":{"x":[1,{"y":"}"}]}, "d":"\\\\", "e":[ ], "f":null}';
  const members = membersOf(text);
  assert.deepEqual(
    [...members],
    [
      ['a', '1.0'],
      ['b"c', '{"x":[1,{"y":"}"}]}'],
      ['d', '"\\\\"'],
      ['e', '[ ]'],
      ['f', 'null'],
    ],
  );
});

test('items are cut out by index', () => {
  assert.deepEqual([...membersOf('[1, "a,b" , {"c":2}]').values()], ['1', '"a,b"', '{"c":2}']);
  assert.equal(membersOf('[]').size, 0);
  assert.equal(membersOf('{}').size, 0);
  assert.equal(membersOf('12').size, 0);
});

test('free JSON goes through byte for byte', () => {
  const raw = '{"big":123456789012345678901,"one":1.0,  "twice":1,"twice":2}';
  assert.equal(write({ a: 'x', drawing: new RawJson(raw) }), `{"a":"x","drawing":${raw}}`);
});

test('what is undefined is left out of objects and null in lists', () => {
  assert.equal(write({ a: undefined, b: [undefined, 1], c: null }), '{"b":[null,1],"c":null}');
});

test('only JSON is JSON', () => {
  assert.ok(isJson('[1]'));
  assert.ok(!isJson('{a:1}'));
});
