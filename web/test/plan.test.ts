import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Polygon, Position } from 'geojson';
import { isInside, labelPoint, readPlan } from '../src/domain/mission/plan/plan.ts';

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
