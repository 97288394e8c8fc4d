// A rule's text as the editor sees it: where the caret is, what fits there, what changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taxonomy } from '../src/domain/tripwire/api.ts';
import {
  choicesAt,
  diffLines,
  everyDay,
  fieldsOf,
  lastNight,
  spotAt,
  wordsOf,
} from '../src/domain/tripwire/rule.ts';

const taxonomy: Taxonomy = {
  product: 'chancery',
  every: ['event', 'actor', 'local_hour'],
  states: ['zone_armed'],
  sources: [
    {
      category: 'zone',
      service: 'added',
      event: 'zone.added',
      help: 'A zone was added',
      fields: ['name', 'kind'],
      open: false,
      resolved: ['site'],
    },
    {
      category: 'access',
      service: 'taken',
      event: 'signal.taken',
      help: 'A signal was taken',
      fields: ['point', 'kind'],
      open: true,
      resolved: ['person', 'zone'],
    },
  ],
};

/** The text before the bar, and the caret where the bar is. */
function at(text: string) {
  return { text: text.replace('^', ''), caret: text.indexOf('^') };
}
function offered(marked: string): string[] {
  const { text, caret } = at(marked);
  return choicesAt(text, caret, taxonomy).choices.map((one) => one.text);
}

test('the caret knows what it stands in', () => {
  const { text, caret } = at('title: x\ndetection:\n    selection:\n        name|con^');
  assert.deepEqual(spotAt(text, caret).path, ['detection', 'selection']);
  assert.equal(spotAt(text, caret).begun, 'name|con');
  const value = at('level: hi^');
  assert.equal(spotAt(value.text, value.caret).key, 'level');
  const flow = at('logsource: {product: chancery, category: zo^}');
  assert.deepEqual(spotAt(flow.text, flow.caret).path, ['logsource']);
  assert.equal(spotAt(flow.text, flow.caret).key, 'category');
  assert.equal(spotAt(flow.text, flow.caret).begun, 'zo');
  const list = at('correlation:\n    group-by: [per^]');
  assert.equal(spotAt(list.text, list.caret).key, 'group-by');
  const item = at('correlation:\n    rules:\n        - o^');
  assert.equal(spotAt(item.text, item.caret).key, 'rules');
});

test('a document ends at the dashes', () => {
  const { text, caret } = at(
    'title: one\nlogsource: {category: access}\n---\ntitle: two\nlogsource: {category: zone}\n^',
  );
  assert.deepEqual(fieldsOf(spotAt(text, caret).document, taxonomy).own, ['kind', 'name', 'site']);
  const before = spotAt(text, 3).document;
  assert.deepEqual(fieldsOf(before, taxonomy).own, ['kind', 'person', 'point', 'zone']);
  assert.equal(fieldsOf(before, taxonomy).open, true);
  assert.equal(fieldsOf(['logsource: {category: spaceship}'], taxonomy).known, false);
});

test('what fits is offered, and nothing else', () => {
  assert.ok(offered('lo^').includes('logsource'));
  assert.deepEqual(offered('logsource:\n    category: ^'), ['access', 'zone']);
  assert.deepEqual(offered('logsource:\n    category: zone\n    service: ^'), ['added']);
  const source = 'logsource: {category: zone}\ndetection:\n    selection:\n        ';
  assert.deepEqual(offered(`${source}na^`), ['name']);
  assert.deepEqual(offered(`${source}name|cont^`), ['contains']);
  assert.ok(offered(`${source}local^`).includes('local_hour'));
  const two = `${source}name: x\n    filter: {kind: a}\n    condition: fil^`;
  assert.deepEqual(offered(two), ['filter']);
  assert.deepEqual(offered('chancery:\n    state:\n        zone^'), ['zone_armed']);
  assert.deepEqual(offered('name: first\n---\ncorrelation:\n    rules: [fi^]'), ['first']);
  assert.deepEqual(offered('description: some words^'), []);
});

test('every character of a line is in its words', () => {
  const lines = ["a: 'b # c' # d", 'x: {a|b: "c", d: [1]}', '---', '', 'p: C:\\a#b', '- # x'];
  for (const line of lines)
    assert.equal(
      wordsOf(line)
        .map((word) => word.text)
        .join(''),
      line,
    );
  const kinds = wordsOf("name|contains: 'roof' # high").map((word) => word.kind);
  assert.deepEqual(kinds, ['key', 'plain', 'text', 'plain', 'comment']);
});

test('lines that changed are told, and only those', () => {
  const lines = diffLines('a\nb\nc\n', 'a\nx\nc\nd\n');
  assert.deepEqual(
    lines.map((line) => `${line.kind} ${line.text}`),
    ['same a', 'removed b', 'added x', 'same c', 'added d'],
  );
  assert.ok(diffLines('a\n', 'a\n').every((line) => line.kind === 'same'));
});

test('the last night is by the clock of the mission', () => {
  const helsinki = (now: string) => lastNight('Europe/Helsinki', new Date(now));
  assert.deepEqual(helsinki('2026-11-22T10:00:00Z'), {
    from: '2026-11-21T18:00:00.000Z',
    until: '2026-11-22T04:00:00.000Z',
  });
  // At 03:00 local it is still going on.
  assert.deepEqual(helsinki('2026-11-22T01:00:00Z'), {
    from: '2026-11-21T18:00:00.000Z',
    until: '2026-11-22T01:00:00.000Z',
  });
  assert.equal(helsinki('2026-11-22T18:30:00Z').from, '2026-11-22T18:00:00.000Z');
});

test('days without hits are days too', () => {
  const days = everyDay('2026-11-19T23:00:00Z', '2026-11-22T10:00:00Z', 'Europe/Helsinki', [
    { day: '2026-11-21', hits: 3 },
  ]);
  assert.deepEqual(
    days.map((one) => one.hits),
    [0, 3, 0],
  );
});
