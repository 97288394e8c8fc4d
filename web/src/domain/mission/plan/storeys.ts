// A site by its storeys: what is drawn on each, how the worst of it is, and what is drawn nowhere.
// A storey is all drawings of a site with one floor; zones that no drawing outlines make theirs.
import { gravity, worst, type Verdict } from '../../arming/zone.ts';
import { unite, type Plan } from './plan.ts';

export interface PlanRecord {
  id: string;
  site: string;
  name: string;
  floor: number;
  /** Undefined when nothing of the drawing can be drawn. */
  plan: Plan | undefined;
}

export interface PlanZone {
  id: string;
  name: string;
  kind: string;
  site: string;
  floor: number;
  /** Undefined when the reader may not know how zones are. */
  verdict: Verdict | undefined;
  armed: boolean;
}

export interface Storey {
  floor: number;
  /** What its drawings are called. */
  name: string;
  plan: Plan | undefined;
  zones: PlanZone[];
  verdict: Verdict | undefined;
}

export interface Layout {
  /** The highest first, as beside a lift. */
  storeys: Storey[];
  /** Zones that no drawing outlines, the gravest first. */
  undrawn: PlanZone[];
}

/** One whose state may not be known comes last. */
const rank = ({ verdict }: PlanZone) =>
  verdict ? gravity.indexOf(verdict) : gravity.length;

export function byGravity(a: PlanZone, b: PlanZone): number {
  return rank(a) - rank(b) || a.floor - b.floor || a.name.localeCompare(b.name);
}

/** The worst of these; undefined when there are none, or the reader may not know. */
export function worstOf(zones: PlanZone[]): Verdict | undefined {
  const known = zones.flatMap((zone) => zone.verdict ?? []);
  return known.length > 0 ? worst(known) : undefined;
}

export function layOut(site: string, plans: PlanRecord[], zones: PlanZone[]): Layout {
  const drawings = plans.filter((one) => one.site === site);
  const here = zones.filter((zone) => zone.site === site);
  const floorsOf = (zone: PlanZone) =>
    drawings
      .filter(({ plan }) => plan?.outlines.some((one) => one.zone === zone.id))
      .map((one) => one.floor);
  const homes = new Map(here.map((zone) => [zone, floorsOf(zone)]));
  const undrawn = here.filter((zone) => homes.get(zone)?.length === 0).sort(byGravity);
  for (const zone of undrawn) homes.set(zone, [zone.floor]);
  const floors = new Set([...drawings.map((one) => one.floor), ...[...homes.values()].flat()]);
  const storeys = [...floors]
    .sort((a, b) => b - a)
    .map<Storey>((floor) => {
      const of = drawings.filter((one) => one.floor === floor);
      const within = here.filter((zone) => homes.get(zone)?.includes(floor));
      return {
        floor,
        name: of.map((one) => one.name).join(', '),
        plan: unite(of.flatMap(({ plan }) => plan ?? [])),
        zones: within,
        verdict: worstOf(within),
      };
    });
  return { storeys, undrawn };
}

/** The storey on which a zone is shown: its own, if it is drawn there. */
export function floorOf(layout: Layout, zone: PlanZone): number | undefined {
  const floors = layout.storeys
    .filter((storey) => storey.zones.some((one) => one.id === zone.id))
    .map((storey) => storey.floor);
  return floors.includes(zone.floor) ? zone.floor : floors[0];
}

/** What is shown before anybody chose: where it is worst, else the storey one enters by. */
export function firstFloor(layout: Layout): number {
  const standing = layout.storeys.filter(
    ({ verdict }) => verdict === 'duress' || verdict === 'alarm',
  );
  const worstStanding = standing.find(({ verdict }) => verdict === 'duress') ?? standing[0];
  if (worstStanding) return worstStanding.floor;
  const floors = layout.storeys.map((storey) => storey.floor);
  const nearest = floors.sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  return nearest ?? 0;
}

/** Is this a change of the ground as it is recorded? A zone that is armed, a source that is heard,
 * is none. */
export const isOfGround = (kind: string) =>
  /^(site|plan|zone|source)\.(added|changed|retired)$/.test(kind);
