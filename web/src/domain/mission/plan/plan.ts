// The plan of a site as GeoJSON: what is in it, how far it reaches, and where each name is
// written.
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';

export type Bounds = [west: number, south: number, east: number, north: number];

export interface Outline {
  feature: Feature;
  /** The id of the zone that it outlines, if it does. */
  zone: string | undefined;
  name: string;
  label: Position;
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

type Ring = Position[];

/** The rings of an area, outer ones and holes alike; none for lines and points. */
function ringsOf(geometry: Geometry): Ring[] {
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

/** Where a name is written: on the middle of a line's longest edge; in an area where there is
 * most room, seen over a grid, away from its own edges and those of the areas drawn over it. */
export function labelPoint(geometry: Geometry, over: Geometry[] = []): Position {
  const rings = ringsOf(geometry);
  const bounds = boundsOf([geometry]);
  if (!bounds) return [0, 0];
  if (rings.length === 0) return longestEdge(positionsOf(geometry));
  const others = over.map(ringsOf).filter((one) => one.length > 0);
  const edges = [...rings, ...others.flat()];
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
  const outlines = features.map<Outline>((feature, i) => {
    const zone: unknown = feature.properties?.['zone'];
    const name: unknown = feature.properties?.['name'];
    return {
      feature,
      zone: typeof zone === 'string' ? zone : undefined,
      name: typeof name === 'string' ? name : '',
      label: labelPoint(
        feature.geometry,
        features.slice(i + 1).map((one) => one.geometry),
      ),
    };
  });
  return { outlines, bounds };
}
