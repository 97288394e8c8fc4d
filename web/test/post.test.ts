// The guard's screen, as far as it is reckoning: the queue, claims, floods, folding, the
// timeline, the world.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerEvent } from '../src/lib/types.ts';
import { emptyTables, foldEvents, SIGNALS_KEPT } from '../src/domain/post/fold.ts';
import type { Gap, KeptSignal as Signal, SourceNow as Source } from '#types/api.d.ts';
import {
  claimOf,
  floodOf,
  isRinging,
  linesOf,
  timeLeft,
  type Alarm,
} from '../src/domain/alarm/model.ts';
import { worst } from '../src/domain/arming/zone.ts';
import { clockSpan } from '../src/lib/time.ts';
import { bandsOf, COLUMNS, stepOf } from '../src/domain/signal/timeline.ts';
import { around } from '../src/domain/mission/plan/view.ts';
import { townsOf, worldOf } from '../src/domain/mission/plan/world.ts';

const T0 = Date.parse('2026-11-22T03:00:00Z');
const at = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();

function alarm(id: string, more: Partial<Alarm> = {}): Alarm {
  return {
    id,
    message: 'text',
    params: [{ name: 'text', text: `Alarm ${id}` }],
    cause: 'intrusion',
    state: 'unacknowledged',
    priority: 'high',
    rank: 2,
    team: id,
    began: at(0),
    raised: at(0),
    last: at(0),
    signals: 1,
    ...more,
  } as Alarm;
}
const ids = (alarms: Alarm[], flood = false, opened: string[] = []) =>
  linesOf(alarms, 'standing', new Set(opened), flood).map((line) => line.alarm.id);

test('duress is first, then what waits for an answer, by rank and age', () => {
  const list = [
    alarm('done', { state: 'acknowledged', rank: 1, priority: 'urgent' }),
    alarm('late', { raised: at(9) }),
    alarm('early'),
    alarm('over', { state: 'returned', rank: 1, priority: 'urgent' }),
    alarm('duress', { lane: true, state: 'acknowledged', rank: 0 }),
    alarm('aside', { state: 'shelved', rank: 1 }),
  ];
  assert.deepEqual(ids(list), ['duress', 'over', 'early', 'late', 'done']);
  const aside = linesOf(list, 'shelved', new Set(), false);
  assert.deepEqual(
    aside.map((line) => line.alarm.id),
    ['aside'],
  );
});

test('a team is one line, which opens; duress is never in one', () => {
  const list = [
    alarm('a', { team: 'a' }),
    alarm('b', { team: 'a', raised: at(1) }),
    alarm('c', { team: 'a', rank: 1, priority: 'urgent' }),
    alarm('d', { team: 'a', lane: true, rank: 0 }),
  ];
  assert.deepEqual(ids(list), ['d', 'c']);
  const lines = linesOf(list, 'standing', new Set(['a']), false);
  assert.deepEqual(
    lines.map((line) => [line.alarm.id, line.more, line.within]),
    [
      ['d', 0, false],
      ['c', 2, false],
      ['a', 0, true],
      ['b', 0, true],
    ],
  );
});

test('in a flood many lines of one cause are one, and all of them are counted', () => {
  const list = Array.from({ length: 30 }, (_, i) => alarm(`n${i + 10}`, { zone: `z${i % 6}` }));
  list.push(alarm('fire', { cause: 'fire', rank: 1 }), alarm('duress', { lane: true, rank: 0 }));
  assert.equal(floodOf(list, T0 + 60_000), 32);
  assert.equal(floodOf(list, T0 + 700_000), 0, 'ten minutes later it is over');
  assert.equal(floodOf(list.slice(0, 10), T0), 0, 'ten are no flood');
  const lines = linesOf(list, 'standing', new Set(), true);
  assert.deepEqual(
    lines.map((line) => [line.alarm.id, line.more, line.zones]),
    [
      ['duress', 0, 0],
      ['fire', 0, 0],
      ['n10', 29, 6],
    ],
  );
  assert.equal(ids(list, false).length, 32);
  const drills = list.map((one) => ({ ...one, drill: true }));
  assert.equal(floodOf(drills, T0), 0);
});

test('a claim that led to nothing is stale, and the alarm rings again', () => {
  const taken = alarm('a', { claimed_by: 'leila', claimed: at(10), claim_until: at(310) });
  assert.deepEqual(claimOf(taken, T0 + 60_000), { kind: 'held', by: 'leila', since: T0 + 10_000 });
  assert.equal(isRinging(taken, T0 + 60_000), false);
  assert.equal(claimOf(taken, T0 + 310_000).kind, 'stale');
  assert.equal(isRinging(taken, T0 + 310_000), true);
  assert.equal(claimOf({ ...taken, claim_stale: true }, T0).kind, 'stale');
  assert.equal(claimOf(alarm('b'), T0).kind, 'none');
});

test('a restore silences nothing; an answer, a shelf and mere notes do', () => {
  assert.equal(isRinging(alarm('a', { state: 'returned' }), T0), true);
  assert.equal(isRinging(alarm('a', { state: 'acknowledged' }), T0), false);
  assert.equal(isRinging(alarm('a', { state: 'shelved' }), T0), false);
  assert.equal(isRinging(alarm('a', { priority: 'note' }), T0), false);
});

test('the time to act runs down, below nothing, until somebody answers', () => {
  const one = alarm('a', { respond_ms: 60_000 });
  assert.equal(timeLeft(one, T0 + 20_000), 40_000);
  assert.equal(timeLeft(one, T0 + 65_000), -5000);
  assert.equal(timeLeft({ ...one, state: 'acknowledged' }, T0), undefined);
  assert.equal(timeLeft(alarm('b'), T0), undefined);
});

test('a span is written as a clock', () => {
  assert.equal(clockSpan(0), '0:00');
  assert.equal(clockSpan(247_900), '4:07');
  assert.equal(clockSpan(-7_389_000), '2:03:09');
  assert.equal(clockSpan(3 * 86_400_000 + 4 * 3_600_000), '3 d 04:00');
});

test('of several states the gravest counts, and none is not clear', () => {
  assert.equal(worst(['clear', 'gap', 'unknown']), 'gap');
  assert.equal(worst(['clear', 'unknown']), 'unknown');
  assert.equal(worst([]), 'unknown');
});

test('sites of one town are one mark, with the name of the worst', () => {
  const site = (id: string, lon: number, verdict: 'clear' | 'alarm') =>
    ({ id, name: id, at: [lon, 58], verdict }) as const;
  const towns = townsOf([
    { ...site('villa', 19.9, 'clear'), at: [19.9, 58] },
    { ...site('annex', 19.91, 'alarm'), at: [19.91, 58] },
    { ...site('far', 25, 'clear'), at: [25, 58] },
  ]);
  assert.deepEqual(
    towns.map(({ name, verdict }) => [name, verdict]),
    [
      ['annex +1', 'alarm'],
      ['far', 'clear'],
    ],
  );
});

let seq = 0;
const event = (kind: string, body?: unknown): LedgerEvent =>
  ({ seq: seq++, kind, occurred: at(0), received: at(0), actor: 'system', body }) as LedgerEvent;

test('events become the tables, whichever way they come', () => {
  const tables = emptyTables();
  const touched = foldEvents(tables, [
    event('alarm.raised', alarm('a')),
    event('alarm.raised', alarm('b')),
    event('alarm.ended', alarm('a', { state: 'closed' })),
    event('alarm.claimed', alarm('b', { claimed_by: 'leila' })),
    event('gap.opened', { id: 'g', source: 's', cause: 'silent', began: at(0) }),
    event('source.silenced', { id: 'unheard-of', condition: 'silent' }),
  ]);
  assert.deepEqual([...tables.alarms.keys()], ['b']);
  assert.equal(tables.alarms.get('b')?.claimed_by, 'leila');
  assert.deepEqual([...touched.rings], ['a', 'b']);
  assert.equal(tables.gaps.size, 1);
  assert.ok(touched.zones && touched.sources, 'a source that is not known is asked for');
  assert.equal(touched.restricted, false);
  assert.ok(foldEvents(tables, [event('alarm.raised')]).restricted, 'without content: ask');
});

test('the state of a source is renewed, its record is not lost', () => {
  const tables = emptyTables();
  const source = { id: 's', name: 'Fence', kind: 'sensor' };
  const state = { condition: 'healthy', since: at(0) };
  tables.sources.set('s', { source, state, pulse: {} } as Source);
  foldEvents(tables, [event('source.silenced', { id: 's', condition: 'silent', since: at(5) })]);
  assert.equal(tables.sources.get('s')?.state.condition, 'silent');
  assert.equal(tables.sources.get('s')?.source.name, 'Fence');
  const changed = foldEvents(tables, [event('source.changed', { id: 's', name: 'Wall' })]);
  assert.ok(changed.sources);
});

const signal = (id: string, more: Partial<Signal> = {}) =>
  ({
    id,
    kind: 'alarm',
    priority: 'note',
    text: 'x',
    at: at(0),
    received: at(0),
    clock: 'good',
    ...more,
  }) as Signal;

test('a storm of signals is kept within bounds, the latest of it', () => {
  const tables = emptyTables();
  for (let i = 0; i < 40; i++)
    foldEvents(tables, [
      event('signal.taken', {
        items: Array.from({ length: 500 }, (_, k) => signal(String(i * 500 + k))),
      }),
    ]);
  assert.ok(tables.signals.length <= 2 * SIGNALS_KEPT);
  assert.ok(tables.signals.length >= SIGNALS_KEPT);
  assert.equal(tables.signals.at(-1)?.id, '19999');
});

test('the timeline has a band for each zone, by the time of the source', () => {
  const bands = bandsOf({
    signals: [
      signal('1', { zone: 'yard', at: at(60), received: at(60) }),
      signal('2', { zone: 'yard', at: at(62.5), received: at(300) }),
      signal('3', { zone: 'yard', at: at(-9000) }),
    ],
    alarms: [alarm('a', { zone: 'gate', began: at(120) }), alarm('old', { returned: at(-9000) })],
    say: (one) => one.params?.[0]?.text ?? '',
    gaps: [
      { id: 'g', source: 's', zone: 'roof', cause: 'silent', began: at(-9000), ended: at(30) },
    ] as Gap[],
    from: T0,
    to: T0 + 600_000,
  });
  assert.deepEqual(
    bands.map((band) => band.zone),
    ['gate', 'roof', 'yard'],
  );
  assert.deepEqual(bands[0]?.bars, [
    { id: 'a', text: 'Alarm a', kind: 'waiting', from: COLUMNS / 5, to: COLUMNS },
  ]);
  assert.deepEqual(bands[1]?.bars[0]?.from, 0);
  assert.equal(bands[2]?.counts.reduce((sum, one) => sum + (one ?? 0), 0), 2);
  assert.deepEqual(bands[2]?.late, [{ from: 25, to: 120 }]);
});

test('the axis has at most eight marks', () => {
  for (const span of [900_000, 3_600_000, 21_600_000, 86_400_000])
    assert.ok(span / stepOf(span) <= 8 && span / stepOf(span) >= 2, String(span));
});

test('a shared line is drawn once forwards and once backwards; the date line is no wall', () => {
  const topology = {
    transform: { scale: [1, 1], translate: [0, 0] },
    arcs: [
      [
        [170, 0],
        [-345, 0],
        [0, 10],
      ],
      [
        [170, 0],
        [0, 10],
        [15, 0],
      ],
    ],
    objects: { land: { geometries: [{ type: 'Polygon', arcs: [[0, ~1]] }] } },
  };
  const { features } = worldOf(topology);
  assert.deepEqual(features[0]?.geometry, {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [170, 0],
          [185, 0],
          [185, 10],
          [170, 10],
          [170, 0],
        ],
      ],
    ],
  });
});

test('a ring around a pole is closed along it', () => {
  const topology = {
    transform: { scale: [1, 1], translate: [0, 0] },
    arcs: [
      [
        [-180, -70],
        [120, 0],
        [120, 0],
        [120, 0],
      ],
    ],
    objects: { land: { geometries: [{ type: 'Polygon', arcs: [[0]] }] } },
  };
  const land = worldOf(topology).features[0]?.geometry;
  assert.ok(land?.type === 'MultiPolygon');
  assert.deepEqual(land.coordinates[0]?.[0]?.slice(-3), [
    [180, -90],
    [-180, -90],
    [-180, -70],
  ]);
});

test('a zone is looked at with what is around it, and nothing beyond the whole', () => {
  assert.deepEqual(around([0, 0, 10, 10], [0, 0, 100, 100]), [0, 0, 60, 60]);
  assert.deepEqual(around([45, 45, 55, 55], [0, 0, 100, 100]), [20, 20, 80, 80]);
  assert.deepEqual(around([0, 0, 100, 100], [0, 0, 100, 100]), [0, 0, 100, 100]);
});
