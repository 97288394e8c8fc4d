// What the folders of domains add to the pages of all: found by the name of the file, so that a new
// domain changes nothing but its own folder.
//
//   domain/<noun>/pages/<name>.svelte  the page of /<name>; named as a record, it replaces the
//                                      generated pages of that record
//   domain/<noun>/asides.ts            export const asides: Aside[], links: Link[]
//   domain/<noun>/lists.ts             export const lists: ListLook[]
//   domain/<noun>/heads.ts             export const heads: Head[]
//   domain/<noun>/places.ts            export const places: MenuLine[]
import type { Word } from '#types/words.d.ts';
import type { Component } from 'svelte';
import type { Job } from './jobs.ts';
import type { Field, Fields, RecordKind, Row } from './types.ts';

type Load<Props extends object> = () => Promise<{ default: Component<Props> }>;

/** A panel of a record's page, beside what is set. */
export interface Aside {
  /** Of these records. */
  of: string[];
  /** "state": it says how the record is now, and stands first on the page. */
  place?: 'state';
  /** For those who may do this; left out: for whoever may see the record. */
  may?: string;
  load: Load<AsideProps>;
}
export interface AsideProps {
  kind: RecordKind;
  id: string;
  row: Row;
}

/** How a list looks beyond the columns of its shape. */
export interface ListLook {
  /** The record, or what else is listed (the catalog's `lists`). */
  of: string;
  /** How each row is, before all its columns. */
  lead?: { word: Word; load: Load<LeadProps>; use?: () => () => void };
  /** The only fields that people are shown, in this order; left out: all of the shape. */
  fields?: string[];
  /** The columns that it begins with. */
  columns?: string[];
  /** What a row is called, where no field says so. */
  title?: (record: Fields) => string;
  /** Of rows without a page of their own: where they lead. */
  link?: { word: Word; address: (record: Fields) => string | undefined };
  /** The order that it begins with. */
  sort?: { by: string; descending: boolean };
  /** Views of it, by the query of their address. */
  views?: { word: Word; query: string }[];
  /** Of what is no record: its fields that name records, and which. */
  refers?: Record<string, string>;
  /** What its retired rows are called: "Include closed". */
  retired?: Word;
}
export interface LeadProps {
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

/** What stands in the head of every page: in its bar, or as a lane below it. */
export interface Head {
  may?: string;
  rank: number;
  where: 'bar' | 'lane';
  view: Component<Record<string, never>>;
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

/** What a page is given: the rest of the address, and the record it stands for, if any. */
export interface PageProps {
  rest: string[];
  kind: RecordKind | undefined;
}

type AsidesFile = { asides?: Aside[]; links?: Link[] };
const asideFiles = import.meta.glob<AsidesFile>('../domain/*/asides.ts', { eager: true });
const headFiles = import.meta.glob<{ heads: Head[] }>('../domain/*/heads.ts', { eager: true });
const placeFiles = import.meta.glob<{ places: MenuLine[] }>('../domain/*/places.ts', {
  eager: true,
});
const pageFiles = import.meta.glob<{ default: Component<PageProps> }>([
  '../pages/*.svelte',
  '../domain/*/pages/*.svelte',
]);

const listFiles = import.meta.glob<{ lists: ListLook[] }>('../domain/*/lists.ts', { eager: true });

const asides = Object.values(asideFiles).flatMap((file) => file.asides ?? []);
const links = Object.values(asideFiles).flatMap((file) => file.links ?? []);
const pages = new Map(
  Object.entries(pageFiles).map(([path, load]) => [/([^/]*)\.svelte$/.exec(path)?.[1], load]),
);

const looks = new Map(
  Object.values(listFiles).flatMap((file) => file.lists.map((look) => [look.of, look])),
);
export const lookOf = (name: string): ListLook | undefined => looks.get(name);

/** A list whose fields that name records are references. */
export function referring(kind: RecordKind): RecordKind {
  const refers = lookOf(kind.name)?.refers;
  if (!refers) return kind;
  const fields = kind.shape.fields.map((field): Field => {
    const target = refers[field.name];
    return target ? { ...field, kind: 'ref', target } : field;
  });
  return { ...kind, shape: { ...kind.shape, fields } };
}

type May = (permission: string) => boolean;

/** Of what domains add, what this person may see. */
export const allowed = <T extends { may?: string }>(all: T[], may: May): T[] =>
  all.filter((one) => one.may === undefined || may(one.may));
const forWhom =
  (record: string, may: May) =>
  (one: Aside | Link): boolean =>
    one.of.includes(record) && (one.may === undefined || may(one.may));

export const asidesOf = (record: string, may: May, place?: Aside['place']) =>
  asides.filter((one) => one.place === place).filter(forWhom(record, may));
export const linksOf = (record: string, may: May) => links.filter(forWhom(record, may));
export const pageOf = (name: string) => pages.get(name);

export const byRank = (a: { rank: number }, b: { rank: number }) => a.rank - b.rank;
export const heads = Object.values(headFiles)
  .flatMap((file) => file.heads)
  .sort(byRank);
export const menuLines = Object.values(placeFiles)
  .flatMap((file) => file.places)
  .sort(byRank);
