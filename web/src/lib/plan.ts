// The plan of a site as GeoJSON: what is in it, how far it reaches, and where each name is written.
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

function boundsOf(positions: Position[]): Bounds | undefined {
  let bounds: Bounds | undefined;
  for (const [x = 0, y = 0] of positions) {
    if (!bounds) bounds = [x, y, x, y];
    else
      bounds = [
        Math.min(bounds[0], x), Math.min(bounds[1], y),
        Math.max(bounds[2], x), Math.max(bounds[3], y),
      ];
  }
  return bounds;
}

/** The centre of gravity of a ring; of anything else, or a ring without area, its middle. */
export function labelPoint(geometry: Geometry): Position {
  const rings =
    geometry.type === 'Polygon'
      ? [geometry.coordinates[0] ?? []]
      : geometry.type === 'MultiPolygon'
        ? geometry.coordinates.map((polygon) => polygon[0] ?? [])
        : [];
  let best: { area: number; at: Position } | undefined;
  for (const ring of rings) {
    let area = 0;
    let cx = 0;
    let cy = 0;
    const [ox = 0, oy = 0] = ring[0] ?? [];
    for (let i = 0; i + 1 < ring.length; i++) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[i + 1] ?? [];
      const cross = (ax - ox) * (by - oy) - (bx - ox) * (ay - oy);
      area += cross;
      cx += (ax + bx - 2 * ox) * cross;
      cy += (ay + by - 2 * oy) * cross;
    }
    if (area !== 0 && (!best || Math.abs(area) > best.area))
      best = { area: Math.abs(area), at: [ox + cx / (3 * area), oy + cy / (3 * area)] };
  }
  if (best) return best.at;
  const bounds = boundsOf(positionsOf(geometry));
  return bounds ? [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] : [0, 0];
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
  const bounds = boundsOf(features.flatMap((feature) => positionsOf(feature.geometry)));
  if (!bounds) return undefined;
  const outlines = features.map<Outline>((feature) => {
    const zone: unknown = feature.properties?.['zone'];
    const name: unknown = feature.properties?.['name'];
    return {
      feature,
      zone: typeof zone === 'string' ? zone : undefined,
      name: typeof name === 'string' ? name : '',
      label: labelPoint(feature.geometry),
    };
  });
  return { outlines, bounds };
}
