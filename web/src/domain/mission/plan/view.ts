// How a drawing comes to the screen: from degrees to pixels, what is looked at, and how far. Pure.
import type { Geometry, Position } from 'geojson';
import { ringsOf, type Bounds } from './plan.ts';

export interface Size {
  width: number;
  height: number;
}
/** What is looked at: the middle, and how many pixels a degree of latitude has. */
export interface View {
  lon: number;
  lat: number;
  scale: number;
}
export type Point = [x: number, y: number];
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A degree of longitude is shorter than one of latitude. */
const squeeze = (lat: number) => Math.cos((lat * Math.PI) / 180);

/** North is up; on a site the earth is flat. */
export function projection(view: View, size: Size): (at: Position) => Point {
  const narrow = squeeze(view.lat) * view.scale;
  return ([lon = 0, lat = 0]) => [
    size.width / 2 + (lon - view.lon) * narrow,
    size.height / 2 - (lat - view.lat) * view.scale,
  ];
}

/** All of it, with so many pixels around it. A point is looked at from near, not from no
 * distance. */
export function fit([west, south, east, north]: Bounds, size: Size, padding: number): View {
  const lat = (south + north) / 2;
  const wide = Math.max((east - west) * squeeze(lat), LEAST_DEGREES);
  const high = Math.max(north - south, LEAST_DEGREES);
  const room = (length: number) => Math.max(1, length - 2 * padding);
  return {
    lon: (west + east) / 2,
    lat,
    scale: Math.min(room(size.width) / wide, room(size.height) / high),
  };
}
/** About four metres. */
const LEAST_DEGREES = 0.00004;

/** What is looked at to see a zone and where in the whole it is: the zone with as much around it
 * that at least `part` of the whole is seen, and nothing beyond the whole. */
export function around(zone: Bounds, whole: Bounds, part = 0.6): Bounds {
  const along = (low: number, high: number, from: number, to: number): [number, number] => {
    const size = Math.min(to - from, Math.max(part * (to - from), 1.3 * (high - low)));
    const begin = Math.max(from, Math.min(to - size, (low + high - size) / 2));
    return [begin, begin + size];
  };
  const [west, east] = along(zone[0], zone[2], whole[0], whole[2]);
  const [south, north] = along(zone[1], zone[3], whole[1], whole[3]);
  return [west, south, east, north];
}

export const ZOOM_MOST = 12;

/** Nearer or further by a factor, with the point under the hand staying where it is. Never further
 * than the whole. */
export function zoomed(view: View, by: number, hand: Point, size: Size, whole: View): View {
  const scale = Math.min(ZOOM_MOST * whole.scale, Math.max(whole.scale, view.scale * by));
  const kept = 1 / view.scale - 1 / scale;
  const next = {
    lon: view.lon + ((hand[0] - size.width / 2) * kept) / squeeze(view.lat),
    lat: view.lat - (hand[1] - size.height / 2) * kept,
    scale,
  };
  return scale === whole.scale ? whole : next;
}

/** Moved by so many pixels; the middle of what is seen stays within the drawing. */
export function moved(view: View, [dx, dy]: Point, [west, south, east, north]: Bounds): View {
  const lon = view.lon - dx / (view.scale * squeeze(view.lat));
  const lat = view.lat + dy / view.scale;
  return {
    ...view,
    lon: Math.min(east, Math.max(west, lon)),
    lat: Math.min(north, Math.max(south, lat)),
  };
}

/** Looking beyond the drawing shows nothing: its edge comes no further than to the padding, and
 * what is smaller than the frame stands in the middle. */
export function held(
  view: View,
  size: Size,
  [west, south, east, north]: Bounds,
  padding: number,
): View {
  const along = (at: number, low: number, high: number, seen: number) => {
    const slack = seen / 2;
    return high - low <= 2 * slack
      ? (low + high) / 2
      : Math.min(high - slack, Math.max(low + slack, at));
  };
  const seen = (pixels: number, scale: number) => Math.max(0, pixels - 2 * padding) / scale;
  return {
    ...view,
    lon: along(view.lon, west, east, seen(size.width, view.scale * squeeze(view.lat))),
    lat: along(view.lat, south, north, seen(size.height, view.scale)),
  };
}

const place = ([x, y]: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;
const line = (points: Point[], end: string) =>
  points.length > 0 ? `M${points.map(place).join('L')}${end}` : '';

/** A geometry as the path of an SVG. */
export function pathOf(geometry: Geometry, project: (at: Position) => Point): string {
  const lines = (of: Position[][]) => of.map((one) => line(one.map(project), '')).join('');
  switch (geometry.type) {
    case 'Polygon':
    case 'MultiPolygon':
      return ringsOf(geometry)
        .map((ring) => line(ring.slice(0, -1).map(project), 'Z'))
        .join('');
    case 'LineString':
      return lines([geometry.coordinates]);
    case 'MultiLineString':
      return lines(geometry.coordinates);
    case 'GeometryCollection':
      return geometry.geometries.map((one) => pathOf(one, project)).join('');
    default:
      return '';
  }
}

/** The treads of stairs, or the cross of a lift: lines between the long sides of four corners. */
export function treadsOf(geometry: Geometry, steps: number): Position[][] {
  const [a, b, c, d] = ringsOf(geometry)[0] ?? [];
  if (!a || !b || !c || !d) return [];
  const length = ([ax = 0, ay = 0]: Position, [bx = 0, by = 0]: Position) =>
    Math.hypot((bx - ax) * squeeze(ay), by - ay);
  const sides = length(a, b) > length(b, c) ? [a, b, d, c] : [b, c, a, d];
  const between = ([ax = 0, ay = 0]: Position, [bx = 0, by = 0]: Position, part: number) => [
    ax + (bx - ax) * part,
    ay + (by - ay) * part,
  ];
  const [near = a, far = b, along = d, end = c] = sides;
  return Array.from({ length: steps - 1 }, (_, i) => {
    const part = (i + 1) / steps;
    return [between(near, far, part), between(along, end, part)];
  });
}
export function crossOf(geometry: Geometry): Position[][] {
  const [a, b, c, d] = ringsOf(geometry)[0] ?? [];
  return a && b && c && d
    ? [
        [a, c],
        [b, d],
      ]
    : [];
}

/** Of these points, the next one in the direction of an arrow key: what lies ahead, near before
 * straight. */
export function nextTowards(
  from: Point,
  points: Map<string, Point>,
  key: string,
): string | undefined {
  const ahead: Record<string, Point> = {
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
  };
  const way = ahead[key];
  if (!way) return undefined;
  let best: { cost: number; id: string } | undefined;
  for (const [id, [x, y]] of points) {
    const [dx, dy] = [x - from[0], y - from[1]];
    const along = dx * way[0] + dy * way[1];
    const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    if (along <= 1) continue;
    const cost = along + 2 * aside;
    if (!best || cost < best.cost) best = { cost, id };
  }
  return best?.id;
}
