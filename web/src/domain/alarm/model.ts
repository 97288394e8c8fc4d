// What the guard's screen knows, and what follows from it: which lines the queue has, in which
// order, who has an alarm, how long there is to act. Pure; every time is in milliseconds by the
// server's clock.

import type { AlarmShown as Alarm } from '#types/api.d.ts';

export type { Alarm };
export type Priority = Alarm['priority'];

export const priorityMark: Record<Priority, number> = {
  urgent: 1,
  high: 2,
  medium: 3,
  low: 4,
  note: 5,
};

// ---- one alarm ----------------------------------------------------------------------------------

/** Nobody has answered it yet. */
export function isWaiting(alarm: Alarm): boolean {
  return alarm.state === 'unacknowledged' || alarm.state === 'returned';
}

export function isStanding(alarm: Alarm): boolean {
  return isWaiting(alarm) || alarm.state === 'acknowledged';
}

export type Claim =
  | { kind: 'none' }
  | { kind: 'held'; by: string; since: number }
  /** It was taken, and nothing came of it: it is anybody's again. */
  | { kind: 'stale'; by: string; since: number };

export function claimOf(alarm: Alarm, now: number): Claim {
  if (!alarm.claimed_by) return { kind: 'none' };
  const since = Date.parse(alarm.claimed ?? alarm.raised);
  const over = alarm.claim_until !== undefined && Date.parse(alarm.claim_until) <= now;
  return { kind: alarm.claim_stale || over ? 'stale' : 'held', by: alarm.claimed_by, since };
}

/** What is left of the time to act: negative when it has passed; undefined when the alarm has none
 * or somebody has answered. */
export function timeLeft(alarm: Alarm, now: number): number | undefined {
  if (!isWaiting(alarm) || !alarm.respond_ms) return undefined;
  return Date.parse(alarm.raised) + alarm.respond_ms - now;
}

/** Does it sound, as long as nobody has taken it? A restore silences nothing. */
export function isRinging(alarm: Alarm, now: number): boolean {
  return isWaiting(alarm) && alarm.priority !== 'note' && claimOf(alarm, now).kind !== 'held';
}

// ---- the queue ----------------------------------------------------------------------------------

export type View = 'standing' | 'shelved' | 'suppressed' | 'out-of-service';
export const views: View[] = ['standing', 'shelved', 'suppressed', 'out-of-service'];

export function isIn(view: View, alarm: Alarm): boolean {
  return view === 'standing' ? isStanding(alarm) : alarm.state === view;
}

/** The lane first, then what waits for an answer, each by its rank and then by its age. */
function byUrgency(a: Alarm, b: Alarm): number {
  return (
    Number(b.lane ?? false) - Number(a.lane ?? false) ||
    Number(isWaiting(b)) - Number(isWaiting(a)) ||
    a.rank - b.rank ||
    (a.raised < b.raised ? -1 : a.raised > b.raised ? 1 : a.id < b.id ? -1 : 1)
  );
}

export interface Line {
  alarm: Alarm;
  /** The group it is in: lines of one group are opened and closed together. */
  group: string;
  /** How many more stand behind this line; 0 for an alarm that is alone, or within its group. */
  more: number;
  /** Zones of all of them, where the line stands for a flood. */
  zones: number;
  within: boolean;
  open: boolean;
}

/** EEMUA 191: more than ten alarms in ten minutes are a flood. */
export const FLOOD_MS = 600_000;
export const FLOOD_MORE_THAN = 10;
/** In a flood, so many lines of one cause are one line. */
const FLOOD_LINES = 4;

/** Alarms of the last ten minutes, when they are a flood; else 0. Drills do not count. */
export function floodOf(alarms: Iterable<Alarm>, now: number): number {
  let count = 0;
  for (const alarm of alarms)
    if (!alarm.drill && isStanding(alarm) && Date.parse(alarm.raised) > now - FLOOD_MS) count++;
  return count > FLOOD_MORE_THAN ? count : 0;
}

function grouped(alarms: Alarm[], key: (alarm: Alarm) => string): Map<string, Alarm[]> {
  const groups = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    const name = key(alarm);
    const group = groups.get(name);
    if (group) group.push(alarm);
    else groups.set(name, [alarm]);
  }
  return groups;
}

/** The lines of one view. What is shown under one alarm (its team) is one line; in a flood, so are
 * many lines of one cause and priority. Duress stands alone always. */
export function linesOf(
  alarms: Iterable<Alarm>,
  view: View,
  opened: ReadonlySet<string>,
  flood: boolean,
): Line[] {
  const sorted = [...alarms].filter((alarm) => isIn(view, alarm)).sort(byUrgency);
  const teamOf = (alarm: Alarm) => (alarm.lane ? alarm.id : alarm.team || alarm.id);
  let groups = grouped(sorted, teamOf);
  if (flood) {
    const kindOf = (alarm: Alarm) => `flood/${alarm.cause}/${alarm.rank}/${isWaiting(alarm)}`;
    const heads = grouped(
      [...groups.values()].flatMap(([head]) => (head && !head.lane ? [head] : [])),
      kindOf,
    );
    const many = new Set([...heads].filter(([, of]) => of.length > FLOOD_LINES).map(([k]) => k));
    const headOf = new Map([...groups].map(([team, members]) => [team, members[0]]));
    groups = grouped(sorted, (alarm) => {
      const head = headOf.get(teamOf(alarm));
      const kind = head && !head.lane ? kindOf(head) : '';
      return many.has(kind) ? kind : teamOf(alarm);
    });
  }
  const lines: Line[] = [];
  for (const [group, members] of groups) {
    const [head, ...rest] = members;
    if (!head) continue;
    const open = rest.length > 0 && opened.has(group);
    const zones = group.startsWith('flood/') ? new Set(members.map((one) => one.zone)).size : 0;
    lines.push({ alarm: head, group, more: rest.length, zones, within: false, open });
    if (!open) continue;
    for (const alarm of rest)
      lines.push({ alarm, group, more: 0, zones: 0, within: true, open: false });
  }
  return lines;
}
