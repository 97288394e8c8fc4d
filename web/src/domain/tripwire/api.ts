// What the server tells of tripwires, beside the record itself.
import { get, post } from '../../lib/api.ts';

export interface Outside {
  seq: number;
  kind: string;
  occurred: string;
  received: string;
  actor: string;
  record?: string;
  label?: string;
  drill?: boolean;
}

export interface Line {
  depth: number;
  held: boolean;
  kind: 'source' | 'item' | 'all' | 'one' | 'not';
  line: number;
  name?: string;
  wanted?: string;
  found?: (string | null)[];
}
export interface Why {
  fires: boolean;
  held: number;
  parts: number;
  lines: Line[];
}
export interface RuleWhy extends Why {
  rule: string;
  title: string;
}

export interface About {
  rule: string;
  title: string;
  level: string | null;
  purpose: string | null;
  source: string | null;
  line: number;
  correlation: boolean;
  output: boolean;
  span_ms: number;
  actions: { what: string; with: Record<string, string> }[];
  states: { name: string; known: boolean }[];
}
export interface Trial {
  rule: string;
  events: number;
  fires: boolean;
  well: boolean;
}
export interface Check {
  rules: number;
  errors: { line: number; reason: string }[];
  about: About[];
  trials: Trial[];
  two_persons: boolean;
  cannot_fire: string | null;
}

export interface PastHit {
  tripwire: string;
  rule: string;
  title: string;
  events: string[];
  event_count: number;
  level: string;
  at: string | null;
  joined: Record<string, string>;
  unknown: string[];
  late: boolean;
}
export interface Miss {
  rule: string;
  title: string;
  without: string;
  name: string;
  wanted: number;
  given: number;
  times: number;
  event_count: number;
  at: string;
  events: string[];
}
export interface Part {
  rule: string;
  title: string;
  correlation: boolean;
  output: boolean;
  matches: number;
  looked?: number;
  seq?: number;
  why?: Why;
}
export interface Replay {
  from: string;
  until: string;
  events: number;
  whole: boolean;
  hits: number;
  late: number;
  us: number;
  days: { day: string; hits: number }[];
  items: PastHit[];
  nearest: Miss[];
  parts: Part[];
  seen: Record<string, Outside>;
}

export interface Hit {
  id: string;
  label: string;
  tripwire: string;
  rule: string;
  title: string;
  level?: string;
  at: string;
  events: string[];
  event_count: number;
  joined?: { field: string; value: string }[];
  actions?: { what: string; with?: string[] }[];
  asked?: { state: string; thing?: string; told: 'yes' | 'no' | 'unknown' }[];
  unsure?: boolean;
  late?: boolean;
  drill?: boolean;
}
export interface HitPage {
  hit: Hit;
  seq: number;
  name: string;
  rule_text: string | null;
  rule_changed: boolean;
  events: { seq: number; seen: Outside | null; rules: RuleWhy[] }[];
  followed: Outside[];
}

export interface BoardLine {
  id: string;
  name: string;
  label: string;
  status: 'draft' | 'proposed' | 'active' | 'off';
  changing: boolean;
  proposed: boolean;
  fault?: string;
  fault_since?: string;
  changed?: string;
  level?: string;
  trials?: number;
  two_persons?: boolean;
  hits_24h: number;
  hits: number[];
  last_hit?: string;
  last_at?: string;
}
export interface Board {
  items: BoardLine[];
  next_test?: string;
  after?: string;
}

export interface Source {
  category: string;
  service: string;
  event: string;
  help: string;
  fields: string[];
  open: boolean;
  resolved: string[];
}
export interface Taxonomy {
  product: string;
  every: string[];
  states: string[];
  sources: Source[];
}

export interface Explained {
  text: string;
  seen?: Outside;
  rules?: RuleWhy[];
}

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
export const replay = (rule: string, span: Span, signal?: AbortSignal) =>
  post<Replay>('tripwire-replay', { rule, ...span }, signal ? { signal } : {});

let taxonomy: Promise<Taxonomy> | undefined;
export function readTaxonomy(): Promise<Taxonomy> {
  taxonomy ??= get<Taxonomy>('tripwire-taxonomy').catch((error: unknown) => {
    taxonomy = undefined;
    throw error;
  });
  return taxonomy;
}
