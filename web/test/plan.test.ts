import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LineString, Polygon, Position } from 'geojson';
import { halved, placeNames, type Wanted } from '../src/domain/mission/plan/names.ts';
import {
  isInside,
  labelPoint,
  readPlan,
  roomAt,
  type Bounds,
} from '../src/domain/mission/plan/plan.ts';
import {
  firstFloor,
  floorOf,
  layOut,
  worstOf,
  type PlanRecord,
  type PlanZone,
} from '../src/domain/mission/plan/storeys.ts';
import {
  fit,
  held,
  moved,
  nextTowards,
  pathOf,
  projection,
  treadsOf,
  zoomed,
  ZOOM_MOST,
  type Point,
} from '../src/domain/mission/plan/view.ts';

function box(x0: number, y0: number, x1: number, y1: number): Polygon {
  return {
    type: 'Polygon',
    coordinates: [
      [
        [x0, y0],
        [x1, y0],
        [x1, y1],
        [x0, y1],
        [x0, y0],
      ],
    ],
  };
}

test('a plan says what is on it and how far it reaches', () => {
  const text = JSON.stringify({
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: { zone: 'z1' }, geometry: box(0, 0, 4, 2) },
      {
        type: 'Feature',
        properties: { name: 'Wall' },
        geometry: {
          type: 'LineString',
          coordinates: [
            [-1, 0],
            [5, 3],
          ],
        },
      },
      { type: 'Feature', properties: null, geometry: null },
    ],
  });
  const plan = readPlan(text);
  assert.deepEqual(plan?.bounds, [-1, 0, 5, 3]);
  assert.deepEqual(
    plan?.outlines.map((one) => [one.zone, one.name]),
    [
      ['z1', ''],
      [undefined, 'Wall'],
    ],
  );
});

test('what is no plan is none', () => {
  assert.equal(readPlan('{'), undefined);
  assert.equal(readPlan('null'), undefined);
  assert.equal(readPlan('{"features":[]}'), undefined);
});

test('a name is written in the middle, and never on what is drawn over it', () => {
  assert.deepEqual(labelPoint(box(0, 0, 4, 2)), [2, 1]);
  const garden = box(0, 0, 10, 10);
  const house = box(2, 2, 8, 8);
  const at = labelPoint(garden, [house]);
  assert.ok(isInside(garden.coordinates, at) && !isInside(house.coordinates, at));
});

test('a name stays inside of an area that is bent', () => {
  const bent: Polygon = {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [10, 0],
        [10, 1],
        [1, 1],
        [1, 10],
        [0, 10],
        [0, 0],
      ],
    ],
  };
  assert.ok(isInside(bent.coordinates, labelPoint(bent)));
});

test('a line is named on its longest edge', () => {
  const coordinates: Position[] = [
    [0, 0],
    [1, 0],
    [1, 8],
  ];
  assert.deepEqual(labelPoint({ type: 'LineString', coordinates }), [1, 4]);
});

test('a name is on the narrow strip that is left of an area', () => {
  const wall = box(0, 0, 100, 100);
  const garden = box(3, 3, 97, 97);
  assert.ok(!isInside(garden.coordinates, labelPoint(wall, [garden])));
});

// ---- walls and rooms --------------------------------------------------------------------------

test('a wall, a door, stairs are known by what they are; anything else is none of them', () => {
  const line = { type: 'LineString', coordinates: [[0, 0], [4, 0]] };
  const drawing = (what: unknown) => ({ type: 'Feature', properties: { what }, geometry: line });
  const plan = readPlan(
    JSON.stringify({
      type: 'FeatureCollection',
      features: [drawing('wall'), drawing('door'), drawing('dragon'), drawing(7)],
    }),
  );
  assert.deepEqual(
    plan?.outlines.map((one) => one.what),
    ['wall', 'door', undefined, undefined],
  );
});

test('a name without an area has the room between its walls', () => {
  const walls: Position[][] = [
    [[0, 0], [10, 0], [10, 6], [0, 6], [0, 0]],
    [[4, 0], [4, 6]],
  ];
  assert.deepEqual(roomAt([2, 3], walls, [-5, -5, 15, 15]), [0, 0, 4, 6]);
  assert.deepEqual(roomAt([7, 3], walls, [-5, -5, 15, 15]), [4, 0, 10, 6]);
});

// ---- storeys ----------------------------------------------------------------------------------

const planOf = (site: string, floor: number, ...ids: string[]): PlanRecord => ({
  id: `${site}${floor}${ids.join('')}`,
  site,
  name: `Floor ${floor}`,
  floor,
  plan: readPlan(
    JSON.stringify({
      type: 'FeatureCollection',
      features: ids.map((zone, i) => ({
        type: 'Feature',
        properties: { zone },
        geometry: box(2 * i, floor, 2 * i + 1, floor + 1),
      })),
    }),
  ),
});
const zoneOf = (id: string, floor: number, verdict: PlanZone['verdict'] = 'clear'): PlanZone => ({
  id, name: id, kind: 'general', site: 's', floor, verdict, armed: false,
});

test('a storey is as its worst zone is, whichever is shown; the highest is first', () => {
  const zones = [zoneOf('lobby', 0), zoneOf('office', 3), zoneOf('registry', 3, 'alarm')];
  const plans = [planOf('s', 0, 'lobby'), planOf('s', 3, 'office', 'registry')];
  const layout = layOut('s', plans, zones);
  assert.deepEqual(
    layout.storeys.map((one) => [one.floor, one.verdict]),
    [[3, 'alarm'], [0, 'clear']],
  );
  assert.deepEqual(layout.undrawn, []);
  assert.equal(firstFloor(layout), 3);
});

test('what no drawing outlines is listed, the gravest first, and marks its own storey', () => {
  const zones = [
    zoneOf('lobby', 0),
    zoneOf('attic', 4),
    zoneOf('vault', -1, 'alarm'),
    { ...zoneOf('elsewhere', 0, 'duress'), site: 't' },
  ];
  const layout = layOut('s', [planOf('s', 0, 'lobby'), planOf('t', 0, 'attic')], zones);
  assert.deepEqual(
    layout.undrawn.map((one) => one.id),
    ['vault', 'attic'],
  );
  assert.deepEqual(
    layout.storeys.map((one) => [one.floor, one.verdict, one.plan !== undefined]),
    [[4, 'clear', false], [0, 'clear', true], [-1, 'alarm', false]],
  );
});

test('drawings of one floor are one storey; a zone of an old sheet is where it is drawn', () => {
  const zones = [zoneOf('a', 1), zoneOf('b', 1, 'gap'), zoneOf('haven', -1)];
  const plans = [planOf('s', 1, 'a'), planOf('s', 1, 'b'), planOf('s', 0, 'haven')];
  const layout = layOut('s', plans, zones);
  const [first, ground] = layout.storeys;
  assert.deepEqual([first?.floor, first?.plan?.outlines.length, first?.verdict], [1, 2, 'gap']);
  assert.deepEqual([ground?.floor, ground?.zones.map((one) => one.id)], [0, ['haven']]);
  assert.equal(floorOf(layout, zones[2] as PlanZone), 0);
});

test('no zones, or none whose state may be known, is not clear', () => {
  assert.equal(worstOf([]), undefined);
  assert.equal(worstOf([{ ...zoneOf('a', 0), verdict: undefined }]), undefined);
  const layout = layOut('s', [planOf('s', 0)], []);
  assert.deepEqual([layout.storeys.length, layout.storeys[0]?.verdict], [1, undefined]);
  assert.equal(firstFloor({ storeys: [], undrawn: [] }), 0);
});

test('duress on a storey is shown before an alarm on another, both before the ground', () => {
  const of = (floor: number, verdict: PlanZone['verdict']) => ({
    floor, name: '', plan: undefined, zones: [], verdict,
  });
  const first = (...storeys: ReturnType<typeof of>[]) => firstFloor({ storeys, undrawn: [] });
  assert.equal(first(of(3, 'alarm'), of(1, 'duress'), of(0, 'clear')), 1);
  assert.equal(first(of(3, 'blind'), of(1, 'clear'), of(-1, 'clear')), 1);
  assert.equal(first(of(3, 'blind'), of(0, 'clear')), 0);
});

// ---- the view ---------------------------------------------------------------------------------

const frame = { width: 400, height: 300 };

test('the whole of a drawing fits the frame, north up, and a metre is a metre either way', () => {
  const bounds: Bounds = [19.9, 58.62, 19.902, 58.621];
  const project = projection(fit(bounds, frame, 10), frame);
  const [left, bottom] = project([19.9, 58.62]);
  const [right, top] = project([19.902, 58.621]);
  assert.ok(left >= 9.9 && right <= 390.1 && top >= 9.9 && bottom <= 290.1);
  assert.ok(top < bottom && left < right);
  const metres = ((19.902 - 19.9) * Math.cos((58.6205 * Math.PI) / 180)) / (58.621 - 58.62);
  assert.ok(Math.abs((right - left) / (bottom - top) - metres) < 0.01);
});

test('a point alone is looked at from near, not from no distance', () => {
  const { scale } = fit([5, 5, 5, 5], frame, 10);
  assert.ok(Number.isFinite(scale) && scale > 0);
});

test('nearer keeps what is under the hand where it is; further ends with the whole', () => {
  const whole = fit([0, 0, 4, 3], frame, 0);
  const hand: Point = [100, 50];
  const near = zoomed(whole, 2, hand, frame, whole);
  const under = (view: typeof whole) => {
    const [x0, y0] = projection(view, frame)([0, 0]);
    const [x1, y1] = projection(view, frame)([1, 1]);
    return [(hand[0] - x0) / (x1 - x0), (hand[1] - y0) / (y1 - y0)];
  };
  const [before, after] = [under(whole), under(near)];
  assert.ok(Math.abs((before[0] ?? 0) - (after[0] ?? 0)) < 0.01);
  assert.ok(Math.abs((before[1] ?? 0) - (after[1] ?? 0)) < 0.01);
  assert.deepEqual(zoomed(near, 0.01, hand, frame, whole), whole);
  assert.equal(zoomed(near, 1e9, hand, frame, whole).scale, ZOOM_MOST * whole.scale);
});

test('one cannot move away from a drawing, nor look beyond its edge', () => {
  const bounds: Bounds = [0, 0, 4, 3];
  const whole = fit(bounds, frame, 0);
  const far = moved(whole, [-1e6, 1e6], bounds);
  assert.deepEqual([far.lon, far.lat], [4, 3]);
  const inside = held({ ...far, scale: 2 * whole.scale }, frame, bounds, 0);
  assert.ok(inside.lon < 3.1 && inside.lat < 2.3);
  assert.deepEqual(held(far, frame, [0, 0, 1, 1], 0).lat, 0.5);
});

test('an arrow key goes to the nearest zone on that side, and nowhere when there is none', () => {
  const points = new Map<string, Point>([
    ['right', [100, 10]],
    ['far', [300, 0]],
    ['below', [5, 80]],
  ]);
  assert.equal(nextTowards([0, 0], points, 'ArrowRight'), 'right');
  assert.equal(nextTowards([0, 0], points, 'ArrowDown'), 'below');
  assert.equal(nextTowards([0, 0], points, 'ArrowUp'), undefined);
  assert.equal(nextTowards([0, 0], points, 'Enter'), undefined);
});

test('a path closes areas and not lines; stairs have their treads across', () => {
  const project = ([x = 0, y = 0]: Position): Point => [x, y];
  assert.equal(pathOf(box(0, 0, 2, 1), project), 'M0.0 0.0L2.0 0.0L2.0 1.0L0.0 1.0Z');
  const line: LineString = { type: 'LineString', coordinates: [[0, 0], [1, 1]] };
  assert.equal(pathOf(line, project), 'M0.0 0.0L1.0 1.0');
  assert.equal(pathOf({ type: 'Point', coordinates: [0, 0] }, project), '');
  const treads = treadsOf(box(0, 0, 1, 4), 4);
  assert.deepEqual(treads.map(([from]) => from?.[1]), [1, 2, 3]);
  assert.deepEqual(treadsOf({ type: 'Point', coordinates: [0, 0] }, 4), []);
});

// ---- names ------------------------------------------------------------------------------------

const want = (id: string, at: Point, more: Partial<Wanted> = {}): Wanted => ({
  id,
  at,
  ways: [{ lines: [id], width: 60 }],
  before: 16,
  line: 16,
  room: undefined,
  must: false,
  ...more,
});

test('no name stands on another: the later gives way, or keeps its mark alone', () => {
  const crowd = Array.from({ length: 12 }, (_, i) => want(`zone ${i}`, [200, 150]));
  const placed = placeNames(crowd, frame);
  const named = placed.filter((one) => one.lines.length > 0);
  assert.equal(placed.length, 12);
  assert.ok(named.length > 1 && named.length < 12);
  for (const one of named)
    for (const other of named)
      if (one !== other)
        assert.ok(
          one.box.right <= other.box.left || one.box.left >= other.box.right ||
            one.box.bottom <= other.box.top || one.box.top >= other.box.bottom,
        );
});

test('a name larger than its room is not written; an alarm’s is, wherever it is', () => {
  const room = { left: 190, top: 140, right: 210, bottom: 160 };
  assert.deepEqual(placeNames([want('a', [200, 150], { room })], frame)[0]?.lines, []);
  const [alarm] = placeNames([want('a', [200, 150], { room, must: true })], frame);
  assert.deepEqual(alarm?.lines, ['a']);
  const beyond = [want('a', [-500, 150], { must: true }), want('b', [-500, 150])];
  const [away] = placeNames(beyond, frame);
  assert.ok(away && away.box.left >= 0 && away.box.right <= frame.width);
  assert.equal(placeNames([want('b', [-500, 150])], frame).length, 0);
});

test('a name stands over what it names, not half beside it', () => {
  const room = { left: 190, top: 100, right: 300, bottom: 200 };
  const [placed] = placeNames([want('a', [200, 150], { room })], frame);
  assert.deepEqual([placed?.lines, placed?.box.left], [['a'], 190]);
});

test('a long name is two lines of words, where that fits', () => {
  assert.deepEqual(halved('Offices, first floor'), ['Offices,', 'first floor']);
  assert.equal(halved('Registry'), undefined);
  const ways = [
    { lines: ['Power and water'], width: 120 },
    { lines: ['Power', 'and water'], width: 60 },
  ];
  const room = { left: 150, top: 100, right: 250, bottom: 200 };
  const [placed] = placeNames([want('a', [200, 150], { room, ways })], frame);
  assert.deepEqual(placed?.lines, ['Power', 'and water']);
});
