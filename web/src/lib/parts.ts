// What the folders of domains add to the pages of all: found by the name of the file, so that a new
// domain changes nothing but its own folder.
//
//   domain/<noun>/pages/<name>.svelte  the page of /<name>; named as a record, it replaces the
//                                      generated pages of that record
//   domain/<noun>/asides.ts            export const asides: Aside[], links: Link[]
//   domain/<noun>/cards.ts             export const cards: Card[], clauses: Clause[]
//   domain/<noun>/agenda.ts            export const comes: Comes[], waits: Waits[]
//   domain/<noun>/heads.ts             export const heads: Head[]
//   domain/<noun>/places.ts            export const places: MenuLine[]
//   domain/<noun>/stage.ts             export const stage: Stage; of the demonstration alone
import type { Word } from '#types/words.d.ts';
import type { Component } from 'svelte';
import type { Job } from './jobs.ts';
import type { LedgerEvent, RecordKind, Row } from './types.ts';

type Load<Props extends object> = () => Promise<{ default: Component<Props> }>;

/** A panel beside the record, above its history. */
export interface Aside {
  /** Of these records. */
  of: string[];
  /** For those who may do this; left out: for whoever may see the record. */
  may?: string;
  load: Load<AsideProps>;
}
export interface AsideProps {
  kind: RecordKind;
  id: string;
  row: Row;
}

/** A button in the head of a record's page that leads to another page. */
export interface Link {
  of: string[];
  may?: string;
  word: Word;
  address: (id: string) => string;
}

/** A card of the Situation, the lowest rank first. */
export interface Card {
  may?: string;
  rank: number;
  load: Load<Record<string, never>>;
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

/** What stands in the head of every page: in its bar, or as a lane below it. */
export interface Head extends Card {
  where: 'bar' | 'lane';
}

/** A line of the menu: the list of a record, or a page of its own. */
export interface MenuLine {
  /** "/zones" */
  address: string;
  /** What it is called; left out: the plural of the record at that address. */
  word?: Word;
  job: Job;
  rank: number;
  /** `g` and this letter go there. Given once and never moved: hands know it. */
  letter?: string;
  /** For those who may do this; left out: for whoever may read the record, or everybody. */
  may?: string;
  /** It fills the screen of a wall: the menu opens over it. */
  wall?: boolean;
  /** Configured once and then left: under "Set up" of its job, not in the menu. */
  setup?: boolean;
}

/** What only the demonstration shows: another door than the sign-in, and a strip at the foot of
 * every page. A mission's console is built without. */
export interface Stage {
  /** Is this server the demonstration's? */
  here: () => Promise<boolean>;
  door: Load<Record<string, never>>;
  strip: Load<Record<string, never>>;
}

/** What a page is given: the rest of the address, and the record it stands for, if any. */
export interface PageProps {
  rest: string[];
  kind: RecordKind | undefined;
}

type AsidesFile = { asides?: Aside[]; links?: Link[] };
const asideFiles = import.meta.glob<AsidesFile>('../domain/*/asides.ts', { eager: true });
type CardsFile = { cards?: Card[]; clauses?: Clause[] };
const cardFiles = import.meta.glob<CardsFile>('../domain/*/cards.ts', { eager: true });
const headFiles = import.meta.glob<{ heads: Head[] }>('../domain/*/heads.ts', { eager: true });
type AgendaFile = { comes?: Comes[]; waits?: Waits[] };
const agendaFiles = import.meta.glob<AgendaFile>('../domain/*/agenda.ts', { eager: true });
const placeFiles = import.meta.glob<{ places: MenuLine[] }>('../domain/*/places.ts', {
  eager: true,
});
const stageFiles = __DEMONSTRATION__
  ? import.meta.glob<{ stage: Stage }>('../domain/*/stage.ts')
  : {};
const pageFiles = import.meta.glob<{ default: Component<PageProps> }>([
  '../pages/*.svelte',
  '../domain/*/pages/*.svelte',
]);

const asides = Object.values(asideFiles).flatMap((file) => file.asides ?? []);
const links = Object.values(asideFiles).flatMap((file) => file.links ?? []);
const pages = new Map(
  Object.entries(pageFiles).map(([path, load]) => [/([^/]*)\.svelte$/.exec(path)?.[1], load]),
);

type May = (permission: string) => boolean;

/** Of what domains add, what this person may see. */
export const allowed = <T extends { may?: string }>(all: T[], may: May): T[] =>
  all.filter((one) => one.may === undefined || may(one.may));
const forWhom =
  (record: string, may: May) =>
  (one: Aside | Link): boolean =>
    one.of.includes(record) && (one.may === undefined || may(one.may));

export const asidesOf = (record: string, may: May) => asides.filter(forWhom(record, may));
export const linksOf = (record: string, may: May) => links.filter(forWhom(record, may));
export const pageOf = (name: string) => pages.get(name);

const byRank = (a: { rank: number }, b: { rank: number }) => a.rank - b.rank;
export const cards = Object.values(cardFiles)
  .flatMap((file) => file.cards ?? [])
  .sort(byRank);
export const clauses = Object.values(cardFiles)
  .flatMap((file) => file.clauses ?? [])
  .sort(byRank);
export const comes = Object.values(agendaFiles).flatMap((file) => file.comes ?? []);
export const waits = Object.values(agendaFiles).flatMap((file) => file.waits ?? []);
export const heads = Object.values(headFiles)
  .flatMap((file) => file.heads)
  .sort(byRank);
export const menuLines = Object.values(placeFiles)
  .flatMap((file) => file.places)
  .sort(byRank);

let found: Promise<Stage | undefined> | undefined;
async function lookForStage(): Promise<Stage | undefined> {
  for (const load of Object.values(stageFiles)) {
    const { stage } = await load();
    if (await stage.here()) return stage;
  }
  return undefined;
}
/** The stage of the demonstration, where this is one; asked once. */
export const stageHere = () => (found ??= lookForStage());
