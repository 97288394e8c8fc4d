// What the guard's screen knows, and what follows from it: which lines the queue has, in which
// order, who has an alarm, how long there is to act. Pure; every time is in milliseconds by the
// server's clock.

import type { MessageParam } from '../lib/message.ts';

export type Priority = 'urgent' | 'high' | 'medium' | 'low' | 'note';
export type AlarmState =
  | 'unacknowledged'
  | 'acknowledged'
  | 'returned'
  | 'shelved'
  | 'suppressed'
  | 'out-of-service'
  | 'closed';

/** An alarm as the server tells it (src/domain/alarm/alarm.h). */
export interface Alarm {
  id: string;
  /** What it says: see lib/message.ts. */
  message: string;
  params?: MessageParam[];
  cause: string;
  state: AlarmState;
  priority: Priority;
  rank: number;
  team: string;
  team_before?: string;
  consequence?: string;
  action?: string;
  respond_ms?: number;
  source?: string;
  zone?: string;
  point?: string;
  lane?: boolean;
  drill?: boolean;
  active?: boolean;
  acknowledged?: boolean;
  began: string;
  raised: string;
  last: string;
  signals: number;
  cancels?: number;
  returned?: string;
  claimed_by?: string;
  claimed?: string;
  claim_until?: string;
  claim_stale?: boolean;
  acked_by?: string;
  acked?: string;
  ack_why?: string;
  disposition?: string;
  ack_until?: string;
  shelved_by?: string;
  shelved_until?: string;
  shelve_why?: string;
  escalations?: number;
  closed?: string;
}

export type Condition =
  'never-seen' | 'healthy' | 'unsupervised' | 'late' | 'silent' | 'disabled';

export interface Source {
  source: {
    id: string;
    name: string;
    kind: string;
    zone?: string;
    owner?: string;
    heartbeat_ms?: number;
    position?: { lat: number; lon: number };
  };
  state: {
    condition: Condition;
    since: string;
    heard?: string;
    flaps?: number;
    storming?: string;
    disabled_by?: string;
    disabled_until?: string;
    disabled_why?: string;
  };
  pulse: { heard?: string; skew_ms?: number; bad?: number; counted?: number };
}

export type Verdict = 'duress' | 'alarm' | 'blind' | 'gap' | 'unknown' | 'clear';

export interface Zone {
  id: string;
  name: string;
  site?: string;
  verdict: Verdict;
  armed: boolean;
  since?: string;
  by?: string;
  bypassed?: number;
  sources: { [condition in Condition]: number };
}

export interface Gap {
  id: string;
  source: string;
  zone?: string;
  cause: string;
  began: string;
  ended?: string;
}

export interface Signal {
  id: string;
  source?: string;
  zone?: string;
  kind: string;
  priority: Priority;
  text: string;
  at: string;
  received: string;
  clock: string;
  alarm?: string;
}

/** Who may keep the watch. */
export interface Guard {
  id: string;
  name: string;
}

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

/** "4:07", "2:03:09", "3 d 04:00"; for a screen that is read while it counts. */
export function clockSpan(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${two(hours)}:${two(minutes)}`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
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

// ---- the world ----------------------------------------------------------------------------------

const gravity: Verdict[] = ['duress', 'alarm', 'blind', 'gap', 'unknown', 'clear'];

/** The gravest of them. Nothing known is not clear. */
export function worst(verdicts: Verdict[]): Verdict {
  return gravity.find((one) => verdicts.includes(one)) ?? 'unknown';
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
