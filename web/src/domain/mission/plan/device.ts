// Devices on a plan: sources and their points, each at its place or, without one, with its zone.
import type { Position } from 'geojson';
import type { SourcePoint } from '#types/api.d.ts';
import type { Fields } from '../../../lib/types.ts';
import type { Verdict } from '../../arming/zone.ts';
import { conditionVerdict, type Source } from '../../source/source.ts';

export interface Device {
  id: string;
  name: string;
  /** The kind of the source; "point" for a point of one. */
  kind: string;
  zone: string | undefined;
  at: Position | undefined;
  verdict: Verdict;
}

/** A point of a source that has a place on the plan. */
export interface PlacedPoint {
  source: string;
  point: string;
  name: string;
  zone: string | undefined;
  at: Position;
}

type Place = { lat: number; lon: number };
const positionOf = (place: Place | undefined) => place && [place.lon, place.lat];

export const deviceOf = (source: string, point: string | undefined) =>
  point === undefined ? source : `${source}/${point}`;

/** The points of a source's record that have a place. */
export function placedPoints(source: Fields): PlacedPoint[] {
  const points = (source['points'] ?? []) as unknown as SourcePoint[];
  return points.flatMap(({ point, name, zone, position }) => {
    const at = positionOf(position);
    return at ? { source: String(source['id']), point, name: name ?? point, zone, at } : [];
  });
}

/** What has a place, or at least a zone. A point does as its source does. */
export function devicesOf(sources: Iterable<Source>, points: PlacedPoint[]): Device[] {
  const conditions = new Map<string, Verdict>();
  const devices: Device[] = [];
  for (const { source, state } of sources) {
    const verdict = conditionVerdict[state.condition];
    conditions.set(source.id, verdict);
    const at = positionOf(source.position);
    if (!at && !source.zone) continue;
    const { id, name, kind, zone } = source;
    devices.push({ id, name, kind, zone, at, verdict });
  }
  return [
    ...devices,
    ...points.map(({ source, point, name, zone, at }) => ({
      id: deviceOf(source, point),
      name,
      kind: 'point',
      zone,
      at,
      verdict: conditions.get(source) ?? 'unknown',
    })),
  ];
}
