// What people did since somebody was last here. A visit ends when nobody has looked for ten
// minutes.
import { Feed } from '../../lib/feed.svelte.ts';
import { get } from '../../lib/api.ts';
import { maybe } from '../../lib/i18n.svelte.ts';
import { live } from '../../lib/live.svelte.ts';
import { session } from '../../lib/session.svelte.ts';
import type { LedgerEvent } from '../../lib/types.ts';
import type { LedgerPage } from '#types/api.d.ts';

const PAUSE_MS = 600_000;
const SEEN_EVERY_MS = 30_000;
const PAGE = 40;
/** So many are shown; more than that is in the ledger. */
export const SHOWN = 12;
/** What machines say all day long, and what concerns nobody but who did it. */
const passing = [
  'signal',
  'source',
  'gap',
  'session',
  'sign_in',
  'listener',
  'camera_state',
  'rhythm',
];

type Visit = { since: number; seen: number };
const key = () => `visit.${session.who?.account.id ?? ''}`;

function read(): Visit | undefined {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? '') as Visit;
  } catch {
    return undefined;
  }
}

/** When this person was here last, in milliseconds; undefined at their first visit. */
export function lastHere(now: number): number | undefined {
  const visit = read();
  if (!visit) {
    localStorage.setItem(key(), JSON.stringify({ since: 0, seen: now }));
    return undefined;
  }
  const since = now - visit.seen > PAUSE_MS ? visit.seen : visit.since;
  localStorage.setItem(key(), JSON.stringify({ since, seen: now }));
  return since || undefined;
}

/** Note that they are still here; gives the way to stop. */
export function stay(): () => void {
  const note = () => {
    const visit = read();
    if (visit && document.visibilityState === 'visible')
      localStorage.setItem(key(), JSON.stringify({ ...visit, seen: live.serverNow }));
  };
  const timer = setInterval(note, SEEN_EVERY_MS);
  return () => clearInterval(timer);
}

function tells(event: LedgerEvent): boolean {
  const [noun = ''] = event.kind.split('.', 1);
  if (passing.includes(noun) || event.actor === session.who?.account.id) return false;
  return event.kind === 'alarm.raised' || maybe(`actor.${event.actor}`) === undefined;
}

async function latest(asked: string): Promise<LedgerEvent[]> {
  const page = await get<LedgerPage>(`ledger/events?backwards=true&${asked}`);
  return (page.items ?? []) as LedgerEvent[];
}

/** The events that say what somebody did, and that an alarm came, the newest first: as far back as
 * the screen has room for. */
export const done = new Feed<LedgerEvent[]>(async () => {
  const [people, alarms] = await Promise.all([
    latest(`actor.ne=system&limit=${PAGE}`),
    latest(`kind=alarm.raised&limit=${SHOWN + 1}`),
  ]);
  const found = new Map([...people, ...alarms].map((event) => [event.seq, event]));
  return [...found.values()].filter(tells).sort((a, b) => b.seq - a.seq);
}, tells);
