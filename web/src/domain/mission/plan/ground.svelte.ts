// The ground as it is recorded (sites, drawings, zones), and how its zones and sources are.
import type { Answers } from '#types/api.d.ts';
import { call, get } from '../../../lib/api.ts';
import { RawJson } from '../../../lib/json.ts';
import { live } from '../../../lib/live.svelte.ts';
import { session } from '../../../lib/session.svelte.ts';
import { readRows } from '../../../lib/shape.ts';
import type { Fields } from '../../../lib/types.ts';
import type { Zone } from '../../arming/zone.ts';
import type { Source } from '../../source/source.ts';
import { placedPoints, type PlacedPoint } from './device.ts';
import { readPlan } from './plan.ts';
import { isOfGround, type PlanRecord, type PlanZone } from './storeys.ts';

export interface Ground {
  sites: Fields[];
  plans: PlanRecord[];
  zones: Fields[];
  /** Points of sources that have a place; only their records have them. */
  points: PlacedPoint[];
}
export const noGround: Ground = { sites: [], plans: [], zones: [], points: [] };

const text = (record: Fields, name: string) => String(record[name] ?? '');

/** All records of a kind, however many pages that takes; none for whoever may not see them. */
async function recordsOf(
  name: string,
  query: Record<string, string>,
  signal?: AbortSignal,
): Promise<Fields[]> {
  const kind = session.kind(name);
  if (!kind || !session.may(kind.read)) return [];
  const records: Fields[] = [];
  let after: string | undefined;
  do {
    const params = new URLSearchParams({ limit: '500', ...query, ...(after ? { after } : {}) });
    const answer = await call('GET', `${kind.plural}?${params}`, signal ? { signal } : {});
    const page = readRows(kind.shape, answer.text);
    records.push(...page.items.map((row) => row.record));
    after = page.after;
  } while (after);
  return records;
}

function planOf(record: Fields): PlanRecord {
  const drawing = record['drawing'];
  return {
    id: text(record, 'id'),
    site: text(record, 'site'),
    name: text(record, 'name'),
    floor: Number(record['floor'] ?? 0),
    plan: drawing instanceof RawJson ? readPlan(drawing.text) : undefined,
  };
}

/** The ground of one site, or of all. */
export async function loadGround(site?: string, signal?: AbortSignal): Promise<Ground> {
  const of: Record<string, string> = site ? { site } : {};
  const [sites, plans, zones, sources] = await Promise.all([
    recordsOf('site', site ? { id: site } : { sort: 'name' }, signal),
    recordsOf('plan', { ...of, sort: 'name' }, signal),
    recordsOf('zone', { ...of, sort: 'name' }, signal),
    recordsOf('source', {}, signal),
  ]);
  return { sites, plans: plans.map(planOf), zones, points: sources.flatMap(placedPoints) };
}

/** Zones as recorded, each with how it is as far as that is known: the server says it for whoever
 * may know. What it says nothing of is not known. */
export function zonesOf(ground: Ground, now: Zone[] | undefined): PlanZone[] {
  const states = new Map(now?.map((zone) => [zone.id, zone]));
  return ground.zones.map((record) => {
    const id = text(record, 'id');
    const state = states.get(id);
    return {
      id,
      name: text(record, 'name'),
      kind: text(record, 'kind'),
      site: text(record, 'site'),
      floor: Number(record['floor'] ?? 0),
      verdict: now ? (state?.verdict ?? 'unknown') : undefined,
      armed: state?.armed ?? false,
    };
  });
}

export const sitesOf = (ground: Ground) =>
  ground.sites.map((site) => ({ id: text(site, 'id'), name: text(site, 'name') }));

/** The ground on a page, kept up to date as long as it is shown. */
export class LiveGround {
  ground = $state.raw<Ground>(noGround);
  now = $state.raw<Zone[] | undefined>();
  sources = $state.raw<Source[]>([]);
  loaded = $state(false);
  error = $state.raw<unknown>(null);
  zones = $derived(zonesOf(this.ground, session.may('watch.read') ? (this.now ?? []) : undefined));
  sites = $derived(sitesOf(this.ground));
  readonly #site: string | undefined;

  constructor(site?: string) {
    this.#site = site;
  }

  async load(): Promise<void> {
    await Promise.all([this.loadGround(), this.loadStates()]);
    this.loaded ||= this.error === null;
  }
  async loadGround(): Promise<void> {
    await this.#try(async () => (this.ground = await loadGround(this.#site)));
  }
  async loadStates(): Promise<void> {
    if (!session.may('watch.read')) return;
    await this.#try(async () => {
      const [zones, sources] = await Promise.all([
        get<{ items: Zone[] }>('watch/zones'),
        get<Answers['GET watch/sources']>('watch/sources'),
      ]);
      this.now = zones.items;
      this.sources = sources.items;
    });
  }
  async #try(load: () => Promise<unknown>): Promise<void> {
    try {
      await load();
      this.error = null;
    } catch (problem) {
      this.error = problem;
    }
  }
}

const STATES_MS = 1000;

/** Called while a component is made. States are asked for at most once a second, the ground when it
 * is changed. */
export function useGround(site?: string): LiveGround {
  const ground = new LiveGround(site);
  let before = live.line;
  $effect(() => {
    const { line } = live;
    if (line === 'live' && before !== 'live' && before !== 'connecting') void ground.load();
    before = line;
  });
  $effect(() => {
    const timers = new Map<string, number>();
    const soon = (name: string, run: () => Promise<void>) => {
      if (timers.has(name)) return;
      const later = () => {
        timers.delete(name);
        void run();
      };
      timers.set(name, window.setTimeout(later, STATES_MS));
    };
    void ground.load();
    const stop = live.on(({ kind }) => {
      if (isOfGround(kind)) soon('ground', () => ground.loadGround());
      if (/^(alarm|source|gap|zone)\./.test(kind))
        soon('states', () => ground.loadStates());
    });
    return () => {
      stop();
      for (const timer of timers.values()) clearTimeout(timer);
    };
  });
  return ground;
}
