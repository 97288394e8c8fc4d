// What the folders of domains add to the pages of all: found by the name of the file, so that a new
// domain changes nothing but its own folder.
//
//   domain/<noun>/pages/<name>.svelte  the page of /<name>; named as a record, it replaces the
//                                      generated pages of that record
//   domain/<noun>/asides.ts            export const asides: Aside[], links: Link[]
//   domain/<noun>/cards.ts             export const cards: Card[]
//   domain/<noun>/places.ts            export const places: OwnPlace[]
import type { Word } from '#types/words.d.ts';
import type { Component } from 'svelte';
import type { RecordKind, Row } from './types.ts';

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

/** A panel of the overview, the lowest rank first. */
export interface Card {
  may?: string;
  rank: number;
  load: Load<Record<string, never>>;
}

/** A page of its own in the menu; records are in it by themselves, with rank 50. */
export interface OwnPlace {
  address: string;
  word: Word;
  group: Word;
  letter: string;
  rank: number;
  may?: string;
  /** It fills the screen of a wall: the menu opens over it. */
  wall?: boolean;
}

/** What a page is given: the rest of the address, and the record it stands for, if any. */
export interface PageProps {
  rest: string[];
  kind: RecordKind | undefined;
}

type AsidesFile = { asides?: Aside[]; links?: Link[] };
const asideFiles = import.meta.glob<AsidesFile>('../domain/*/asides.ts', { eager: true });
const cardFiles = import.meta.glob<{ cards: Card[] }>('../domain/*/cards.ts', { eager: true });
const placeFiles = import.meta.glob<{ places: OwnPlace[] }>('../domain/*/places.ts', {
  eager: true,
});
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
const forWhom =
  (record: string, may: May) =>
  (one: Aside | Link): boolean =>
    one.of.includes(record) && (one.may === undefined || may(one.may));

export const asidesOf = (record: string, may: May) => asides.filter(forWhom(record, may));
export const linksOf = (record: string, may: May) => links.filter(forWhom(record, may));
export const pageOf = (name: string) => pages.get(name);
export const cards = Object.values(cardFiles)
  .flatMap((file) => file.cards)
  .sort((a, b) => a.rank - b.rank);
export const ownPlaces = Object.values(placeFiles)
  .flatMap((file) => file.places)
  .sort((a, b) => a.rank - b.rank);
