// Words that follow from what the server says, and moments by the mission's clock.
import { i18n, localTime } from '../../lib/i18n.svelte.ts';
import type { Params } from '../../lib/plural.ts';
import { phraseOf } from '../../lib/say.svelte.ts';
import { session } from '../../lib/session.svelte.ts';
import { ordersOf, type Action } from './order.ts';

/** Such as a level or a kind of miss. */
export function twOf(group: string, name: string, params?: Params): string {
  return i18n.find([`tw.${group}.${name}`], params);
}

export const when = (instant: string) => localTime(instant, session.zone);

/** What a rule wants done, in sentences. */
export const wanted = (action: Action) => ordersOf(action).map(phraseOf).join(' ');
