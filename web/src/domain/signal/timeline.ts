// What the timeline draws, by the time of the source: a band for each zone with anything in it.
// Pure.
import type { Gap, KeptSignal as Signal } from '#types/api.d.ts';
import type { Alarm } from '../alarm/model.ts';

export const windows = [900_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000];
/** Columns into which signals are counted. */
export const COLUMNS = 240;
const BANDS_MAX = 4;
/** Signals that came more than this after they happened are drawn with the way they took. */
const LATE_MS = 5000;

export interface Bar {
  id: string;
  from: number;
  to: number;
  text: string;
  kind: 'alarm' | 'waiting' | 'lane' | 'gap';
}
export interface Band {
  zone: string;
  /** Signals by column. */
  counts: number[];
  bars: Bar[];
  /** Signals that came late: when they happened and when they came, in columns. */
  late: { from: number; to: number }[];
}

interface Given {
  signals: Signal[];
  alarms: Iterable<Alarm>;
  gaps: Iterable<Gap>;
  from: number;
  to: number;
  /** What an alarm says. */
  say: (alarm: Alarm) => string;
}

/** The bands of the zones with the gravest first: those with alarms, gaps, then signals. */
export function bandsOf({ signals, alarms, gaps, from, to, say }: Given): Band[] {
  const bands = new Map<string, Band & { weight: number }>();
  const scale = COLUMNS / (to - from);
  const column = (at: number) => Math.min(COLUMNS, Math.max(0, (at - from) * scale));
  const bandOf = (zone: string | undefined, weight: number) => {
    const name = zone ?? '';
    let band = bands.get(name);
    if (!band) {
      band = { zone: name, counts: [], bars: [], late: [], weight: 0 };
      bands.set(name, band);
    }
    band.weight = Math.max(band.weight, weight);
    return band;
  };
  const bar = (
    zone: string | undefined,
    weight: number,
    began: string,
    ended: string | undefined,
    rest: Pick<Bar, 'id' | 'text' | 'kind'>,
  ) => {
    const begin = Date.parse(began);
    const end = ended ? Date.parse(ended) : to;
    if (end < from || begin > to) return;
    bandOf(zone, weight).bars.push({ ...rest, from: column(begin), to: column(end) });
  };
  for (const gap of gaps)
    bar(gap.zone, gap.ended ? 2 : 3, gap.began, gap.ended, {
      id: gap.id,
      text: gap.cause,
      kind: 'gap',
    });
  for (const alarm of alarms) {
    const waits = alarm.state === 'unacknowledged' || alarm.state === 'returned';
    bar(alarm.zone, alarm.lane ? 9 : waits ? 8 - alarm.rank / 10 : 4, alarm.began, alarm.returned, {
      id: alarm.id,
      text: say(alarm),
      kind: alarm.lane ? 'lane' : waits ? 'waiting' : 'alarm',
    });
  }
  for (const signal of signals) {
    const at = Date.parse(signal.at);
    if (at < from || at > to) continue;
    const band = bandOf(signal.zone, 1);
    const place = Math.min(COLUMNS - 1, Math.floor(column(at)));
    band.counts[place] = (band.counts[place] ?? 0) + 1;
    const came = Date.parse(signal.received);
    if (came - at > LATE_MS && band.late.length < COLUMNS)
      band.late.push({ from: column(at), to: column(came) });
  }
  return [...bands.values()].sort((a, b) => b.weight - a.weight).slice(0, BANDS_MAX);
}

/** Round steps for the marks of the axis: at most eight of them. */
export function stepOf(span: number): number {
  const minute = 60_000;
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360].map((n) => n * minute);
  return steps.find((step) => span / step <= 8) ?? 720 * minute;
}
