// How live events become the tables of the screen: each event carries its whole row, so folding
// is setting. Events may come again (after a new connection, or while tables were being loaded):
// the last one of a row is always the newest.
import type { LedgerEvent } from '../../lib/types.ts';
import type { Gap, KeptSignal as Signal } from '#types/api.d.ts';
import { isOfGround } from '../mission/plan/storeys.ts';
import type { Source } from '../source/source.ts';
import type { Alarm } from '../alarm/model.ts';

export const SIGNALS_KEPT = 4000;

export interface Tables {
  alarms: Map<string, Alarm>;
  sources: Map<string, Source>;
  gaps: Map<string, Gap>;
  /** The latest signals, as they came. */
  signals: Signal[];
}

/** What a batch of events touched beyond its own rows, and has to be asked of the server. */
export interface Touched {
  zones: boolean;
  /** Sites, drawings or what zones are called and where they are. */
  ground: boolean;
  sources: boolean;
  handovers: boolean;
  alarms: Set<string>;
  /** Alarms that ring anew: they sound again even where they were silenced. */
  rings: Set<string>;
  /** Rows that may be read only one by one: their events have no content. */
  restricted: boolean;
}

export function emptyTables(): Tables {
  return { alarms: new Map(), sources: new Map(), gaps: new Map(), signals: [] };
}

const states = [
  'expected',
  'heard',
  'late',
  'silenced',
  'settled',
  'disabled',
  'enabled',
  'stormed',
  'calmed',
];
const rings = ['raised', 'recurred', 'escalated', 'ack-expired', 'unshelved', 'claim-lapsed'];

function foldAlarm(tables: Tables, verb: string, alarm: Alarm, touched: Touched): void {
  touched.alarms.add(alarm.id);
  touched.zones = true;
  if (rings.includes(verb)) touched.rings.add(alarm.id);
  if (alarm.state === 'closed') tables.alarms.delete(alarm.id);
  else tables.alarms.set(alarm.id, alarm);
}

function foldSource(tables: Tables, verb: string, event: LedgerEvent, touched: Touched): void {
  touched.zones = true;
  if (!states.includes(verb)) {
    touched.sources = true;
    return;
  }
  const state = event.body as unknown as Source['state'] & { id: string };
  const known = tables.sources.get(state.id);
  if (known) tables.sources.set(state.id, { ...known, state });
  else touched.sources = true;
}

export function foldEvents(tables: Tables, events: LedgerEvent[]): Touched {
  const touched: Touched = {
    zones: false,
    ground: false,
    sources: false,
    handovers: false,
    alarms: new Set(),
    rings: new Set(),
    restricted: false,
  };
  for (const event of events) {
    const [noun = '', verb = ''] = event.kind.split('.', 2);
    const body = event.body as unknown;
    if (noun === 'handover') touched.handovers = true;
    else if (noun === 'zone' || noun === 'site' || noun === 'plan') touched.zones = true;
    touched.ground ||= isOfGround(event.kind);
    if (!['alarm', 'source', 'gap', 'signal'].includes(noun)) continue;
    if (body === undefined) touched.restricted = true;
    else if (noun === 'alarm') foldAlarm(tables, verb, body as Alarm, touched);
    else if (noun === 'source' && verb !== 'counted') foldSource(tables, verb, event, touched);
    else if (noun === 'gap') {
      touched.zones = true;
      tables.gaps.set((body as Gap).id, body as Gap);
    } else if (event.kind === 'signal.taken')
      tables.signals.push(...((body as { items?: Signal[] }).items ?? []));
  }
  // Cut in one go, so that a storm does not move thousands of entries for each event.
  if (tables.signals.length > 2 * SIGNALS_KEPT)
    tables.signals.splice(0, tables.signals.length - SIGNALS_KEPT);
  return touched;
}
