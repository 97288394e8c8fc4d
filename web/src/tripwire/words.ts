// The messages of the tripwires' own pages, in src/i18n/tripwire.<language>.json.
import type words from '../i18n/tripwire.en.json';
import { i18n, localTime } from '../lib/i18n.svelte.ts';
import { session } from '../lib/session.svelte.ts';
import type { Params } from '../lib/plural.ts';

export type Word = keyof typeof words;

export function tw(key: Word, params?: Params): string {
  return i18n.find([key], params);
}

/** A word that follows from what the server says, such as a level or a kind of miss. */
export function twOf(group: string, name: string, params?: Params): string {
  return i18n.find([`tw.${group}.${name}`], params);
}

/** A moment by the mission's clock. */
export const when = (instant: string) => localTime(instant, session.zone);
