// Land and borders of the world from a TopoJSON topology (Natural Earth at 1:110 million). Its
// arcs are shared by what borders on them; an arc is a chain of steps on a grid.
import type { FeatureCollection, Position } from 'geojson';
import { worst, type Verdict } from '../../arming/zone.ts';

interface Topology {
  arcs: number[][][];
  transform: { scale: number[]; translate: number[] };
  objects: { land: { geometries: { type: string; arcs: number[][][] | number[][] }[] } };
}

function decode(topology: Topology): Position[][] {
  const [kx = 1, ky = 1] = topology.transform.scale;
  const [dx = 0, dy = 0] = topology.transform.translate;
  return topology.arcs.map((arc) => {
    let [x, y] = [0, 0];
    return unrolled(
      arc.map(([stepX = 0, stepY = 0]) => {
        x += stepX;
        y += stepY;
        return [x * kx + dx, y * ky + dy];
      }),
    );
  });
}

/** Beyond 180° the degrees go on, so that a line over the Bering Strait is short. */
function unrolled(line: Position[]): Position[] {
  let [turn, before] = [0, line[0]?.[0] ?? 0];
  return line.map(([x = 0, y = 0]) => {
    if (x - before > 180) turn -= 360;
    else if (x - before < -180) turn += 360;
    before = x;
    return [x + turn, y];
  });
}

/** A ring is arcs one after the other; ~i is arc i backwards. Where two meet, the point is once.
 * One that goes round a pole is closed along it. */
function ring(arcs: Position[][], numbers: number[]): Position[] {
  const points: Position[] = [];
  for (const number of numbers) {
    const arc = number < 0 ? [...(arcs[~number] ?? [])].reverse() : (arcs[number] ?? []);
    points.push(...(points.length > 0 ? arc.slice(1) : arc));
  }
  const line = unrolled(points);
  const [first, last] = [line[0], line.at(-1)];
  if (!first || !last || Math.abs((last[0] ?? 0) - (first[0] ?? 0)) < 180) return line;
  const pole = (first[1] ?? 0) < 0 ? -90 : 90;
  return [...line, [last[0] ?? 0, pole], [first[0] ?? 0, pole], first];
}

export function worldOf(topology: Topology): FeatureCollection {
  const arcs = decode(topology);
  const polygons = topology.objects.land.geometries.flatMap(({ type, arcs: of }) =>
    type === 'MultiPolygon' ? (of as number[][][]) : [of as number[][]],
  );
  return {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        properties: { what: 'land' },
        geometry: {
          type: 'MultiPolygon',
          coordinates: polygons.map((rings) => rings.map((one) => ring(arcs, one))),
        },
      },
      {
        type: 'Feature',
        properties: { what: 'border' },
        geometry: { type: 'MultiLineString', coordinates: arcs },
      },
    ],
  };
}

export interface Site {
  id: string;
  name: string;
  at: [lon: number, lat: number];
  verdict: Verdict;
}

/** On a map of the world, sites within a degree are one mark, with the name and state of the worst
 * of them. */
export function townsOf(sites: Site[]): Site[] {
  const towns: Site[][] = [];
  for (const site of sites) {
    const town = towns.find((of) =>
      of.some(({ at }) => Math.hypot(site.at[0] - at[0], site.at[1] - at[1]) < 1),
    );
    if (town) town.push(site);
    else towns.push([site]);
  }
  return towns.flatMap((of) => {
    const verdict = worst(of.map((one) => one.verdict));
    const head = of.find((one) => one.verdict === verdict);
    const more = of.length > 1 ? ` +${of.length - 1}` : '';
    return head ? [{ ...head, name: `${head.name}${more}` }] : [];
  });
}
