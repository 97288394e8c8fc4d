// What the server says, as types. The shapes of records are described by the server at run time
// (GET /api/v1/catalog), so a record's value is JSON whose form is known from its shape.
import type { Operator } from './filter.ts';
import type * as api from '#types/api.d.ts';
import type { RawJson } from './json.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A record's value: JSON, with its free-JSON fields kept byte for byte. */
export type Value = Json | RawJson | Value[] | { [name: string]: Value } | undefined;
export type Fields = { [name: string]: Value };

export type Kind =
  | 'text'
  | 'id'
  | 'ref'
  | 'refs'
  | 'texts'
  | 'i64'
  | 'opt_i64'
  | 'bp'
  | 'ms'
  | 'flag'
  | 'money'
  | 'choice'
  | 'time'
  | 'place'
  | 'label'
  | 'json'
  | 'bytes'
  | 'record'
  | 'list';

export interface Field {
  name: string;
  kind: Kind;
  form?: string;
  pattern?: string;
  /** `text`: what it is called, where the words of the shape do not say. */
  choices?: { name: string; help?: string; text?: string }[];
  target?: string;
  /** What may be asked of it, where its kind does not say. */
  operators?: Operator[];
  shape?: Shape;
  required?: boolean;
  indexed?: boolean;
  personal?: boolean;
  unique?: boolean;
  system?: boolean;
  secret?: boolean;
  /** Few need it: a form has it folded away. */
  secondary?: boolean;
  title?: boolean;
  least?: number;
  most?: number;
  help?: string;
}

export interface Shape {
  name: string;
  help?: string;
  fields: Field[];
}

/** A verb that takes a record from one state to another (src/core/step.h). */
export interface Step {
  name: string;
  help: string;
  /** "visit.approved" */
  event: string;
  permission: string;
  /** States; "*" is any. */
  from: string[];
  /** Absent: the same, or the rule decides. */
  to?: string;
  /** `why` has to be given. */
  reason: boolean;
  /** By another person than who asked for it. */
  other: boolean;
  /** By whoever has taken the record. */
  mine: boolean;
  input: Shape;
}

export interface RecordKind {
  name: string;
  plural: string;
  /** It is no record, only listed: where its rows are asked for. */
  path?: string;
  module?: string;
  read: string;
  /** Absent: it is not written by hand. */
  write?: string;
  /** The states in which it may be edited; absent: all. */
  editable?: string[];
  /** false: only a step ends it. */
  retire?: boolean;
  personal?: boolean;
  /** Its files: how many, which kinds, and who may attach and remove them. */
  attachments?: { most: number; write: string; kinds: string[] };
  /** The name of its field that is its state. */
  state?: string;
  steps?: Step[];
  shape: Shape;
}

export interface Catalog {
  records: RecordKind[];
  /** Lists of what is no record. */
  lists: RecordKind[];
  permissions: { name: string; help: string }[];
  events: { name: string; help: string }[];
}

/** One record as it is listed and shown. */
export interface Row {
  record: Fields;
  seq: number;
  changed?: string;
  retired?: boolean | string;
  drill?: boolean;
}

/** A type of the API whose handler always writes these lists, also when they are empty. */
export type Shown<T, K extends keyof T> = T & { [P in K]-?: NonNullable<T[P]> };

/** An event of the ledger; its body is as its kind has it. */
export type LedgerEvent = Omit<api.LedgerEntry, 'body'> & { body?: Fields };

/** Who is signed in. */
export interface Who {
  account: { id: string; login: string };
  person?: string | undefined;
  name: string;
  permissions: string[];
  clearance?: string | undefined;
  language?: string | undefined;
  /** The page that signing in leads to. */
  opens?: api.SessionView['opens'] | undefined;
  /** Events recorded before it was asked. */
  events: number;
  mission: api.MissionView;
  /** How they signed in, and what ways they have. */
  method: api.SessionView['method'];
  ways?: api.SessionView['ways'] | undefined;
  /** The whole mission is at a drill. */
  drill?: boolean;
}

/** What went wrong, as far as the server could say it. */
export type ProblemBody = Partial<api.Problem>;
/** What is wrong with one field of what was sent. */
export interface FieldFault {
  pointer: string;
  rule?: string | undefined;
  detail?: string | undefined;
}
