// What the cards of the Situation ask for: every domain its part, in one list.
import { Feed } from '../lib/feed.svelte.ts';
import { allowed } from '../lib/parts.ts';
import { session } from '../lib/session.svelte.ts';
import { live } from '../lib/live.svelte.ts';
import { comes, waits, type Matter } from './parts.ts';

export const HOURS = 12;

const may = (name: string) => session.may(name);

/** By time; what has none stands at the end. */
function inOrder(lists: Matter[][]): Matter[] {
  const END = '~';
  return lists.flat().sort((a, b) => ((a.at ?? END) < (b.at ?? END) ? -1 : 1));
}

/** What the next hours bring. */
export const hours = new Feed<Matter[]>(
  async () => {
    const from = new Date(live.serverNow);
    const to = new Date(live.serverNow + HOURS * 3_600_000);
    return inOrder(await Promise.all(allowed(comes, may).map((one) => one.ask(from, to))));
  },
  (event) => comes.some((one) => one.concerns(event)),
);

/** What waits for whoever is signed in. */
export const inbox = new Feed<Matter[]>(
  async () => inOrder(await Promise.all(allowed(waits, may).map((one) => one.ask()))),
  (event) => waits.some((one) => one.concerns(event)),
);
