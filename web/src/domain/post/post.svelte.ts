// The state of the guard's screen: loaded once, then folded from live events, a batch for each
// frame that is drawn. While tables are being loaded, events wait and are folded over what was
// loaded; as each carries its whole row, nothing is lost and nothing stays old.
import { tick } from 'svelte';
import { get } from '../../lib/api.ts';
import { live } from '../../lib/live.svelte.ts';
import { session } from '../../lib/session.svelte.ts';
import { t } from '../../lib/i18n.svelte.ts';
import { refs } from '../../lib/refs.svelte.ts';
import type { LedgerEvent, Shown } from '../../lib/types.ts';
import { emptyTables, foldEvents, SIGNALS_KEPT } from './fold.ts';
import type { AlarmQueue, Answers, Gap, Guard, KeptSignal as Signal } from '#types/api.d.ts';
import { loadGround, noGround, type Ground } from '../mission/plan/ground.svelte.ts';
import type { Source } from '../source/source.ts';
import type { Zone } from '../arming/zone.ts';
import type { Alarm } from '../alarm/model.ts';
import { sound } from '../alarm/sound.svelte.ts';

/** Screens are drawn no more often, however much comes. */
const FRAME_MS = 100;
const BEAT_MS = 500;
const ZONES_MS = 1000;
const SOURCES_MS = 15000;
const RETRY_MS = 2000;
const PAGES_MAX = 20;
const LOAD_MS = 20000;

class Post {
  /** Counts the changes of the tables below; whoever reads them reads it first. */
  version = $state(0);
  loaded = $state(false);
  /** Why some of it could not be loaded; it is tried again until it can. */
  error = $state.raw<unknown>(null);
  zones = $state.raw<Zone[]>([]);
  ground = $state.raw<Ground>(noGround);
  guards = $state.raw<Guard[]>([]);
  handovers = $state(0);

  #tables = emptyTables();
  #beat = $derived(Math.floor(live.serverNow / BEAT_MS) * BEAT_MS);
  #waiting: LedgerEvent[] = [];
  /** What was heard since each load that is under way began. */
  #heard = new Set<LedgerEvent[]>();
  #zonesAsked = 0;
  #zonesShown = 0;
  #frame = 0;
  #fallback = 0;
  #drawn = 0;
  #loading = false;
  #timers = new Map<string, number>();
  #asked = new Map<string, number>();
  #on = false;

  get alarms(): Map<string, Alarm> {
    void this.version;
    return this.#tables.alarms;
  }
  get sources(): Map<string, Source> {
    void this.version;
    return this.#tables.sources;
  }
  get gaps(): Map<string, Gap> {
    void this.version;
    return this.#tables.gaps;
  }
  get signals(): Signal[] {
    void this.version;
    return this.#tables.signals;
  }
  /** The server's clock, as far as we know it, by the half second. */
  get now(): number {
    return this.#beat;
  }
  get lost(): boolean {
    return live.line === 'stale' || live.line === 'offline';
  }

  zone(id: string | undefined): Zone | undefined {
    return this.zones.find((one) => one.id === id);
  }
  siteName(id: string | undefined): string {
    return String(this.ground.sites.find((one) => one['id'] === id)?.['name'] ?? '');
  }
  name(account: string | undefined): string {
    if (!account) return '';
    const known = this.guards.find((one) => one.id === account)?.name;
    return known ?? refs.name('account', account) ?? t('post.somebody');
  }

  start(): () => void {
    this.#on = true;
    const stop = live.on((event) => this.#take(event));
    void this.load();
    const refresh = setInterval(() => this.#soon('sources', SOURCES_MS), SOURCES_MS);
    return () => {
      this.#on = false;
      stop();
      clearInterval(refresh);
      for (const timer of this.#timers.values()) clearTimeout(timer);
      this.#timers.clear();
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#fallback);
      this.#frame = this.#fallback = 0;
    };
  }

  /** Load everything; again after the line was gone. */
  async load(): Promise<void> {
    if (this.#loading || !this.#on) return;
    this.#loading = true;
    try {
      await this.#loadAlarms();
      await Promise.all([this.#loadSources(), this.#loadZones(), this.#loadGaps()]);
      await Promise.all([this.#loadGround(), this.#loadGuards(), this.#loadSignals()]);
      this.loaded = true;
      this.error = null;
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.#loading = false;
      this.version++;
    }
  }
  #failed(problem: unknown): void {
    this.error = problem;
    this.#later('load', RETRY_MS, () => void this.load());
  }

  // ---- events -----------------------------------------------------------------------------------

  #take(event: LedgerEvent): void {
    this.#waiting.push(event);
    if (event.kind !== 'signal.taken') for (const heard of this.#heard) heard.push(event);
    if (this.#frame) return;
    const wait = Math.max(0, this.#drawn + FRAME_MS - performance.now());
    // A page in the background has no frames, and has to sound all the same.
    this.#fallback = window.setTimeout(() => this.#draw(), wait + 4 * FRAME_MS);
    this.#frame = requestAnimationFrame(() => {
      if (wait === 0) this.#draw();
      else this.#later('draw', wait, () => this.#draw());
    });
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#fallback);
    this.#frame = this.#fallback = 0;
    this.#drawn = performance.now();
    const events = this.#waiting;
    this.#waiting = [];
    const touched = foldEvents(this.#tables, events);
    sound.renew(touched.rings);
    if (touched.zones) this.#soon('zones', ZONES_MS);
    if (touched.ground) this.#soon('ground', ZONES_MS);
    if (touched.sources) this.#soon('sources', ZONES_MS);
    if (touched.restricted) this.#later('load', ZONES_MS, () => void this.load());
    if (touched.handovers) this.handovers++;
    this.version++;
    void tick();
  }

  #later(name: string, ms: number, run: () => void): void {
    if (!this.#on || this.#timers.has(name)) return;
    const timer = window.setTimeout(() => {
      this.#timers.delete(name);
      run();
    }, ms);
    this.#timers.set(name, timer);
  }

  /** Ask again, at once, but no more often than that. */
  #soon(what: 'zones' | 'sources' | 'ground', every_ms: number): void {
    const since = performance.now() - (this.#asked.get(what) ?? -every_ms);
    this.#later(what, Math.max(0, every_ms - since), () => {
      this.#asked.set(what, performance.now());
      const loads = {
        zones: () => this.#loadZones(),
        sources: () => this.#loadSources(),
        ground: () => this.#loadGround(),
      };
      loads[what]().then(
        () => this.version++,
        (problem: unknown) => this.#failed(problem),
      );
    });
  }

  // ---- loading ----------------------------------------------------------------------------------

  #get<T>(path: string): Promise<T> {
    return get<T>(path, { signal: AbortSignal.timeout(LOAD_MS) });
  }

  /** Load a table; what was heard meanwhile is newer than what comes, and is folded over it. */
  async #over<T>(load: () => Promise<T>, put: (loaded: T) => void): Promise<void> {
    const heard: LedgerEvent[] = [];
    this.#heard.add(heard);
    try {
      const loaded = await load();
      this.#draw();
      put(loaded);
      foldEvents(this.#tables, heard);
    } finally {
      this.#heard.delete(heard);
    }
  }

  async #loadAlarms(): Promise<void> {
    const asked = Date.now();
    const queue = await this.#get<Shown<AlarmQueue, 'items'>>('watch/queue');
    live.hearTime(queue.now, asked);
    // The most urgent are on the screen before the rest is asked for.
    if (!this.loaded) {
      for (const alarm of queue.items)
        if (!this.#tables.alarms.has(alarm.id)) this.#tables.alarms.set(alarm.id, alarm);
      this.version++;
    }
    const all = async () => {
      const alarms = new Map<string, Alarm>();
      let after = '';
      for (let i = 0; i < PAGES_MAX; i++) {
        const page = await this.#get<Answers['GET alarms']>(`alarms?limit=500${after}`);
        for (const alarm of page.items) if (alarm.state !== 'closed') alarms.set(alarm.id, alarm);
        if (!page.after) break;
        after = `&after=${encodeURIComponent(page.after)}`;
      }
      return alarms;
    };
    await this.#over(all, (alarms) => (this.#tables.alarms = alarms));
  }
  #loadSources(): Promise<void> {
    return this.#over(
      () => this.#get<Answers['GET watch/sources']>('watch/sources'),
      ({ items }) => {
        this.#tables.sources = new Map(items.map((one) => [one.source.id, one]));
        for (const { source } of items) refs.know('source', source.id, source.name);
      },
    );
  }
  #loadGaps(): Promise<void> {
    return this.#over(
      () => this.#get<Answers['GET watch/gaps']>('watch/gaps?sort=began&order=desc&limit=200'),
      ({ items }) => (this.#tables.gaps = new Map(items.map((one) => [one.id, one]))),
    );
  }
  async #loadZones(): Promise<void> {
    const number = ++this.#zonesAsked;
    const { items } = await this.#get<{ items: Zone[] }>('watch/zones');
    // An answer that was overtaken by a later one is old.
    if (number > this.#zonesShown) {
      this.zones = items;
      this.#zonesShown = number;
    }
  }
  async #loadSignals(): Promise<void> {
    if (!session.may('signal.read')) return;
    const path = 'signals?sort=at&order=desc&limit=500';
    const { items } = await this.#get<Answers['GET signals']>(path);
    const ids = new Set(items.map((one) => one.id));
    const since = this.#tables.signals.filter((one) => !ids.has(one.id));
    this.#tables.signals = [...items.reverse(), ...since].slice(-SIGNALS_KEPT);
  }
  async #loadGuards(): Promise<void> {
    if (!session.may('round.read')) return;
    this.guards = (await this.#get<Answers['GET guards']>('guards')).items;
    // Whoever may not know the name is given the id in its place.
    for (const { id, name } of this.guards) if (name && name !== id) refs.know('account', id, name);
  }
  async #loadGround(): Promise<void> {
    this.ground = await loadGround(undefined, AbortSignal.timeout(LOAD_MS));
  }
}

export const post = new Post();
