// What the server tells of tripwires, beside the record itself: the types of the API, with what is
// free JSON there said more exactly.
import type * as api from '#types/api.d.ts';
import { get, post } from '../../lib/api.ts';
import type { Shown } from '../../lib/types.ts';
import { works } from '../../lib/works.svelte.ts';

/** An event as it is told beside a rule. */
export type Outside = api.TripwireSeen;
/** `found`: what the event has in that field. */
export type Line = Omit<api.TripwireWhyLine, 'found'> & { found?: (string | null)[] };
export type Why = Omit<api.TripwireHolds, 'lines'> & { lines: Line[] };
export type RuleWhy = Why & Pick<api.TripwireRuleHolds, 'rule' | 'title'>;

type Wish = Omit<api.TripwireWish, 'with'> & { with: Record<string, string> };
export type About = Omit<Shown<api.TripwireAbout, 'states'>, 'actions'> & { actions: Wish[] };
export type Check = Omit<Shown<api.TripwireChecked, 'errors' | 'trials'>, 'about'> & {
  about: About[];
};

export type PastHit = Omit<Shown<api.TripwirePastHit, 'events' | 'unknown'>, 'joined'> & {
  joined: Record<string, string>;
};
export type Miss = Shown<api.TripwireMiss, 'events'>;
export type Part = Omit<api.TripwireReached, 'why'> & { why?: Why };
export type Replay = Omit<
  Shown<api.TripwireReplayed, 'days'>,
  'items' | 'nearest' | 'parts' | 'seen'
> & { items: PastHit[]; nearest: Miss[]; parts: Part[]; seen: Record<string, Outside> };

export type Hit = api.TripwireHit;
export type HitPage = Omit<Shown<api.TripwireHitView, 'followed'>, 'events'> & {
  events: { seq: number; seen: Outside | null; rules: RuleWhy[] }[];
};

/** `hits`: of each of the last seven days. */
export type BoardLine = Omit<api.TripwireLine, 'hits'> & { hits: number[] };
export type Board = Omit<api.TripwireBoard, 'items'> & { items: BoardLine[] };
/** What the engine has counted of each rule. */
export type Progress = Omit<api.TripwireProgress, 'counts'> & {
  counts: { by_rule?: { tripwire: string; cost_us?: number }[] } | null;
};

export type Source = Shown<api.TripwireLogSource, 'fields' | 'resolved'>;
export type Taxonomy = Omit<Shown<api.TripwireTaxonomy, 'every' | 'states'>, 'sources'> & {
  sources: Source[];
};
export type Explained = Omit<api.TripwireExplained, 'rules'> & { rules?: RuleWhy[] };

const BOARD_MAX = 2000;

/** All of them; the list is filtered where it is shown. */
export async function readBoard(): Promise<Board> {
  const all: Board = { items: [] };
  let after = '';
  do {
    const query = new URLSearchParams({ limit: '500', ...(after ? { after } : {}) });
    const page = await get<Board>(`tripwire-board?${query}`);
    all.items.push(...page.items);
    if (page.next_test) all.next_test = page.next_test;
    after = page.after ?? '';
  } while (after && all.items.length < BOARD_MAX);
  return all;
}

export const checkRule = (rule: string, signal?: AbortSignal) =>
  post<Check>('tripwire-check', { rule }, signal ? { signal } : {});

export interface Span {
  from?: string;
  until?: string;
  days?: number;
}
export const TRIED = 'work.try';
/** Hold the rule against the past; the page at `address` shows what comes of it. */
export const replay = (rule: string, span: Span, address: string) =>
  works.start('tripwire-replay', { rule, ...span }, { word: TRIED, address, held: rule });

let taxonomy: Promise<Taxonomy> | undefined;
export function readTaxonomy(): Promise<Taxonomy> {
  taxonomy ??= get<Taxonomy>('tripwire-taxonomy').catch((error: unknown) => {
    taxonomy = undefined;
    throw error;
  });
  return taxonomy;
}
