import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff } from '../src/lib/diff.ts';
import { fromParams, toParams } from '../src/lib/filter.ts';
import { RawJson, write } from '../src/lib/json.ts';
import { readLabel, writeLabel } from '../src/lib/label.ts';
import { isWithin, partsOf, pointerOf } from '../src/lib/pointer.ts';
import { firstColumns, permits, readPage, readRows, titleOf } from '../src/lib/shape.ts';
import type { RecordKind, Shape } from '../src/lib/types.ts';
import { windowOf } from '../src/lib/window.ts';

const shape: Shape = {
  name: 'gate',
  fields: [
    { name: 'id', kind: 'id', required: true },
    { name: 'label', kind: 'label', required: true },
    { name: 'name', kind: 'text', form: 'line', required: true, title: true },
    { name: 'kind', kind: 'choice', required: true, indexed: true, choices: [{ name: 'main' }] },
    { name: 'held', kind: 'i64' },
    { name: 'opened', kind: 'time' },
    {
      name: 'address',
      kind: 'record',
      shape: {
        name: 'address',
        fields: [
          { name: 'street', kind: 'text', form: 'line' },
          { name: 'extra', kind: 'json' },
        ],
      },
    },
    { name: 'drawing', kind: 'json' },
  ],
};
const kind: RecordKind = { name: 'gate', plural: 'gates', read: 'r', write: 'w', shape };

test('a page of records keeps free JSON as it was, at any depth', () => {
  const text =
    '{"items":[{"record":{"id":"a","name":"N","drawing":{"x":1.0},"address":{"extra":[1.50]}},' +
    '"seq":7,"drill":false}],"after":"c1"}';
  const page = readRows(shape, text);
  const record = page.items[0]?.record ?? {};
  assert.equal(page.after, 'c1');
  assert.equal(page.items[0]?.seq, 7);
  assert.ok(record['drawing'] instanceof RawJson);
  assert.equal(
    write(record),
    '{"id":"a","name":"N","drawing":{"x":1.0},"address":{"extra":[1.50]}}',
  );
});

test('what a record is called by', () => {
  assert.equal(titleOf(shape, { id: 'a', name: 'North' }), 'North');
  assert.equal(titleOf(shape, { id: 'a' }), 'a');
});

test('columns begin with the title, and the label is one of them', () => {
  assert.deepEqual(firstColumns(kind), ['name', 'kind', 'label']);
});

test('a difference names only what changed, also inside', () => {
  const before = { name: 'N', address: { street: 'A', extra: new RawJson('1.0') } };
  const after = { name: 'N', held: 3, address: { street: 'B', extra: new RawJson('1.0') } };
  assert.deepEqual(
    diff(shape, before, after).map((one) => [
      one.path.map((p) => p.field.name).join('/'),
      one.before,
      one.after,
    ]),
    [
      ['held', undefined, 3],
      ['address/street', 'A', 'B'],
    ],
  );
});

test('a difference of free JSON is one of bytes', () => {
  const changes = diff(shape, { drawing: new RawJson('1.0') }, { drawing: new RawJson('1') });
  assert.equal(changes.length, 1);
});

test('filters go to the address and back', () => {
  const query = {
    words: 'gate',
    sort: 'name',
    descending: true,
    retired: true,
    filters: [
      { field: 'name', operator: 'has' as const, value: 'a&b=c' },
      { field: 'kind', operator: 'is' as const, value: 'main' },
      { field: 'held', operator: 'ge' as const, value: '3' },
    ],
  };
  const params = toParams(query);
  assert.equal(params.get('name.has'), 'a&b=c');
  assert.deepEqual(fromParams(new URLSearchParams(params.toString()), shape), query);
});

test('one of several values is one filter, read and written as it is', () => {
  const query = fromParams(new URLSearchParams('kind.in=main,side&name.in=a'), shape);
  assert.deepEqual(query.filters, [{ field: 'kind', operator: 'in', value: 'main,side' }]);
  assert.equal(toParams(query).get('kind.in'), 'main,side');
});

test('a list of what is no record is read as it stands', () => {
  const kind: RecordKind = { name: 'gate', plural: 'gates', path: 'a/gates', read: 'x', shape };
  const { items, after } = readPage(kind, '{"items":[{"id":"a","held":2}],"after":"n"}');
  assert.deepEqual(items, [{ record: { id: 'a', held: 2 }, seq: 0 }]);
  assert.equal(after, 'n');
  assert.deepEqual(readPage(kind, '{"items":[]}').items, []);
});

test('filters that the shape does not have are dropped', () => {
  const query = fromParams(new URLSearchParams('nothing=1&name.ge=2&sort=gone'), shape);
  assert.deepEqual(query.filters, []);
  assert.equal(query.sort, '');
});

test('labels are written one way', () => {
  assert.equal(writeLabel({ tlp: 'TLP:RED', compartments: ['b', 'a', 'b'] }), 'TLP:RED/a,b');
  assert.deepEqual(readLabel('TLP:GREEN'), { tlp: 'TLP:GREEN', compartments: [] });
});

test('permissions: one, all of a noun, all', () => {
  assert.ok(permits(['*'], 'zone.write'));
  assert.ok(permits(['zone.*'], 'zone.write'));
  assert.ok(!permits(['zone.*'], 'zones.write'));
  assert.ok(!permits([], 'zone.read'));
});

test('pointers', () => {
  assert.equal(pointerOf(['a/b', 0, '~']), '/a~1b/0/~0');
  assert.deepEqual(partsOf('/a~1b/0/~0'), ['a/b', '0', '~']);
  assert.ok(isWithin('/a/0', '/a'));
  assert.ok(!isWithin('/ab', '/a'));
});

test('of a long table only what is near the sight', () => {
  assert.deepEqual(windowOf(0, 360, 36, 5000), { from: 0, to: 25 });
  assert.deepEqual(windowOf(36000, 360, 36, 5000), { from: 985, to: 1025 });
  assert.deepEqual(windowOf(99999, 360, 36, 10), { from: 10, to: 10 });
});
