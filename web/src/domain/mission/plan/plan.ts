// A drawing as GeoJSON: what is in it, how far it reaches, and where each name is written.
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';

export type Bounds = [west: number, south: number, east: number, north: number];

/** What a feature draws when it is no zone, by its property "what". */
export const whats = ['wall', 'partition', 'door', 'window', 'stairs', 'lift'] as const;
export type What = (typeof whats)[number];

export interface Outline {
  feature: Feature;
  /** The id of the zone that it outlines, if it does. */
  zone: string | undefined;
  what: What | undefined;
  name: string;
  label: Position;
  /** How far its name may reach: to its own edge, or to the walls around a name without an area. */
  room: Bounds;
}

export interface Plan {
  outlines: Outline[];
  bounds: Bounds;
}

function positionsOf(geometry: Geometry): Position[] {
  switch (geometry.type) {
    case 'Point':
      return [geometry.coordinates];
    case 'LineString':
    case 'MultiPoint':
      return geometry.coordinates;
    case 'Polygon':
    case 'MultiLineString':
      return geometry.coordinates.flat();
    case 'MultiPolygon':
      return geometry.coordinates.flat(2);
    case 'GeometryCollection':
      return geometry.geometries.flatMap(positionsOf);
  }
}

/** How far these reach; undefined for nothing. */
export function boundsOf(geometries: Geometry[]): Bounds | undefined {
  return reach(geometries.flatMap(positionsOf));
}

function reach(positions: Position[]): Bounds | undefined {
  let bounds: Bounds | undefined;
  for (const [x = 0, y = 0] of positions) {
    if (!bounds) bounds = [x, y, x, y];
    else
      bounds = [
        Math.min(bounds[0], x),
        Math.min(bounds[1], y),
        Math.max(bounds[2], x),
        Math.max(bounds[3], y),
      ];
  }
  return bounds;
}

export type Ring = Position[];

/** The rings of an area, outer ones and holes alike; none for lines and points. */
export function ringsOf(geometry: Geometry): Ring[] {
  if (geometry.type === 'Polygon') return geometry.coordinates;
  return geometry.type === 'MultiPolygon' ? geometry.coordinates.flat() : [];
}

/** Is it inside, by the number of edges to its east (even-odd rule)? */
export function isInside(rings: Ring[], [x = 0, y = 0]: Position): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[i + 1] ?? [];
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    }
  }
  return inside;
}

/** Square of the distance to the nearest edge, in degrees of latitude. */
function roomAround(rings: Ring[], [x = 0, y = 0]: Position): number {
  const squeeze = Math.cos((y * Math.PI) / 180);
  let room = Infinity;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[i + 1] ?? [];
      const [ex, ey, px, py] = [(bx - ax) * squeeze, by - ay, (x - ax) * squeeze, y - ay];
      const length = ex * ex + ey * ey;
      const near = length === 0 ? 0 : Math.max(0, Math.min(1, (px * ex + py * ey) / length));
      const [dx, dy] = [px - near * ex, py - near * ey];
      room = Math.min(room, dx * dx + dy * dy);
    }
  }
  return room;
}

function longestEdge(line: Position[]): Position {
  let best: { length: number; at: Position } = { length: -1, at: line[0] ?? [0, 0] };
  for (let i = 0; i + 1 < line.length; i++) {
    const [ax = 0, ay = 0] = line[i] ?? [];
    const [bx = 0, by = 0] = line[i + 1] ?? [];
    const length = Math.hypot(bx - ax, by - ay);
    if (length > best.length) best = { length, at: [(ax + bx) / 2, (ay + by) / 2] };
  }
  return best.at;
}

function linesOf(geometry: Geometry): Position[][] {
  if (geometry.type === 'LineString') return [geometry.coordinates];
  return geometry.type === 'MultiLineString' ? geometry.coordinates : [];
}

/** What is seen from a point to the four sides before a wall. */
export function roomAt([x = 0, y = 0]: Position, walls: Position[][], whole: Bounds): Bounds {
  const room: Bounds = [...whole];
  for (const wall of walls) {
    for (let i = 0; i + 1 < wall.length; i++) {
      const [ax = 0, ay = 0] = wall[i] ?? [];
      const [bx = 0, by = 0] = wall[i + 1] ?? [];
      if (ay > y !== by > y) {
        const at = ax + ((y - ay) / (by - ay)) * (bx - ax);
        if (at <= x) room[0] = Math.max(room[0], at);
        else room[2] = Math.min(room[2], at);
      }
      if (ax > x !== bx > x) {
        const at = ay + ((x - ax) / (bx - ax)) * (by - ay);
        if (at <= y) room[1] = Math.max(room[1], at);
        else room[3] = Math.min(room[3], at);
      }
    }
  }
  return room;
}

/** Where a name is written: on the middle of a line's longest edge; in an area where there is
 * most room, seen over a grid, away from its own edges, those of the areas drawn over it, and
 * walls. */
export function labelPoint(
  geometry: Geometry,
  over: Geometry[] = [],
  walls: Position[][] = [],
): Position {
  const rings = ringsOf(geometry);
  const bounds = boundsOf([geometry]);
  if (!bounds) return [0, 0];
  if (rings.length === 0) return longestEdge(positionsOf(geometry));
  const others = over.map(ringsOf).filter((one) => one.length > 0);
  const edges = [...rings, ...others.flat(), ...walls];
  const free = (at: Position) => isInside(rings, at) && !others.some((one) => isInside(one, at));
  // A narrow area slips through a wide grid.
  return (
    roomiest(bounds, edges, free, 16) ??
    roomiest(bounds, edges, free, 80) ?? [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]
  );
}

/** Of the points of a grid that are free, the one with most room around it. */
function roomiest(
  bounds: Bounds,
  edges: Ring[],
  free: (at: Position) => boolean,
  grid: number,
): Position | undefined {
  let best: { room: number; off: number; at: Position } | undefined;
  for (let i = 1; i < grid; i++) {
    for (let j = 1; j < grid; j++) {
      const at = [
        bounds[0] + ((bounds[2] - bounds[0]) * i) / grid,
        bounds[1] + ((bounds[3] - bounds[1]) * j) / grid,
      ];
      if (!free(at)) continue;
      const room = roomAround(edges, at);
      const off = Math.hypot(2 * i - grid, 2 * j - grid);
      // Of places with as much room, the one nearest to the middle.
      if (!best || room > best.room * 1.01 || (room > best.room * 0.99 && off < best.off))
        best = { room, off, at };
    }
  }
  return best?.at;
}

function outlineOf(
  feature: Feature,
  over: Geometry[],
  walls: Position[][],
  whole: Bounds,
): Outline {
  const { geometry, properties } = feature;
  const zone: unknown = properties?.['zone'];
  const name: unknown = properties?.['name'];
  const what: unknown = properties?.['what'];
  const label = labelPoint(geometry, over, walls);
  const isPoint = geometry.type === 'Point';
  return {
    feature,
    zone: typeof zone === 'string' ? zone : undefined,
    what: whats.find((one) => one === what),
    name: typeof name === 'string' ? name : '',
    label,
    room: isPoint ? roomAt(label, walls, whole) : (boundsOf([geometry]) ?? whole),
  };
}

/** Read a drawing; undefined when there is nothing on it that can be drawn. */
export function readPlan(text: string): Plan | undefined {
  let drawing: FeatureCollection;
  try {
    drawing = JSON.parse(text) as FeatureCollection;
  } catch {
    return undefined;
  }
  if (!Array.isArray(drawing?.features)) return undefined;
  const features = drawing.features.filter((feature) => feature?.geometry);
  const bounds = boundsOf(features.map((feature) => feature.geometry));
  if (!bounds) return undefined;
  const walls = features
    .filter((one) => ['wall', 'partition'].includes(String(one.properties?.['what'])))
    .flatMap((one) => linesOf(one.geometry));
  const outlines = features.map((feature, i) => {
    const over = features.slice(i + 1).map((one) => one.geometry);
    return outlineOf(feature, over, walls, bounds);
  });
  return { outlines, bounds };
}

/** Drawings of one storey as one. */
export function unite(plans: Plan[]): Plan | undefined {
  const [first, ...rest] = plans;
  if (!first) return undefined;
  return rest.reduce<Plan>(
    ({ outlines, bounds }, { outlines: more, bounds: wider }) => ({
      outlines: [...outlines, ...more],
      bounds: [
        Math.min(bounds[0], wider[0]),
        Math.min(bounds[1], wider[1]),
        Math.max(bounds[2], wider[2]),
        Math.max(bounds[3], wider[3]),
      ],
    }),
    first,
  );
}
