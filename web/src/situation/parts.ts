// What the folders of domains add to the Situation: found by the name of the file, and loaded with
// it.
//
//   domain/<noun>/cards.ts    export const cards: Card[], clauses: Clause[]
//   domain/<noun>/agenda.ts   export const comes: Comes[], waits: Waits[]
import type { Component } from 'svelte';
import { byRank } from '../lib/parts.ts';
import type { LedgerEvent } from '../lib/types.ts';

/** A card of the Situation, the lowest rank first. */
export interface Card {
  may?: string;
  rank: number;
  view: Component<Record<string, never>>;
}

/** A sentence or two of what the Situation says in words, before its cards. */
export type Clause = Card;

/** Something with a time, or that waits: a line of the Situation. */
export interface Matter {
  key: string;
  /** Of what is to come: when. Of what waits: since when, or by when. Absent: by no time. */
  at?: string | undefined;
  /** What it is, in the reader's words. */
  what: string;
  href: string;
  /** It is late, or otherwise graver than its neighbours. */
  late?: boolean;
}

interface Source {
  may?: string;
  concerns: (event: LedgerEvent) => boolean;
}
/** What the next hours bring. */
export interface Comes extends Source {
  ask: (from: Date, to: Date) => Promise<Matter[]>;
}
/** What waits for whoever is signed in: to confirm, to do, to decide. */
export interface Waits extends Source {
  ask: () => Promise<Matter[]>;
}

type CardsFile = { cards?: Card[]; clauses?: Clause[] };
const cardFiles = import.meta.glob<CardsFile>('../domain/*/cards.ts', { eager: true });
type AgendaFile = { comes?: Comes[]; waits?: Waits[] };
const agendaFiles = import.meta.glob<AgendaFile>('../domain/*/agenda.ts', { eager: true });

export const cards = Object.values(cardFiles)
  .flatMap((file) => file.cards ?? [])
  .sort(byRank);
export const clauses = Object.values(cardFiles)
  .flatMap((file) => file.clauses ?? [])
  .sort(byRank);
export const comes = Object.values(agendaFiles).flatMap((file) => file.comes ?? []);
export const waits = Object.values(agendaFiles).flatMap((file) => file.waits ?? []);
