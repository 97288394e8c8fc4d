// A rule's text, as the editor needs it: where the caret stands in the YAML and what could stand
// there, lines compared with lines, and the spans of time that people mean. Pure.
import { fromLocalInput, toLocalInput } from '../../lib/time.ts';
import type { Taxonomy } from './api.ts';

// ---- colours ------------------------------------------------------------------------------------

export interface Word {
  text: string;
  kind: 'plain' | 'key' | 'text' | 'comment' | 'mark';
}

const WORDS = /(#.*$)|('(?:[^']|'')*'|"(?:[^"\\]|\\.)*")|([\w.|*?-]+)(?=:(?:\s|$))|(^---)/g;

/** One line of YAML in pieces. It is for the eye alone: the server reads the text. */
export function wordsOf(line: string): Word[] {
  const words: Word[] = [];
  let at = 0;
  const put = (to: number, kind: Word['kind']) => {
    if (to > at) words.push({ text: line.slice(at, to), kind });
    at = Math.max(at, to);
  };
  for (const found of line.matchAll(WORDS)) {
    const [text, comment, quoted, key] = found;
    const begin = found.index;
    if (begin < at) continue;
    if (comment !== undefined && begin > 0 && !/\s/.test(line[begin - 1] ?? '')) continue;
    put(begin, 'plain');
    const kind = comment !== undefined ? 'comment' : quoted !== undefined ? 'text' : 'mark';
    put(begin + text.length, key !== undefined ? 'key' : kind);
  }
  put(line.length, 'plain');
  return words;
}

// ---- where the caret stands ---------------------------------------------------------------------

export interface Spot {
  /** The keys above, outermost first: ["detection", "selection"]. */
  path: string[];
  /** What is begun before the caret. */
  begun: string;
  /** The value of this key is being written; undefined: a key is. */
  key?: string;
  /** Document of the caret: the lines between two ---. */
  document: string[];
}

const keyOf = (line: string) =>
  /^(\s*(?:- )*)(?:'([^']*)'|"([^"]*)"|([^\s'"#{[][^:#]*?)):(?:\s|$)/.exec(line);

function documentAt(lines: string[], row: number): { document: string[]; from: number } {
  let from = row;
  while (from > 0 && !(lines[from - 1] ?? '').startsWith('---')) from--;
  let to = row;
  while (to < lines.length && !(lines[to] ?? '').startsWith('---')) to++;
  return { document: lines.slice(from, Math.max(to, from)), from };
}

function parentsOf(lines: string[], from: number, row: number, indent: number): string[] {
  const path: string[] = [];
  let inside = indent;
  for (let i = row - 1; i >= from && inside > 0; i--) {
    const found = keyOf(lines[i] ?? '');
    const begin = found?.[1]?.length ?? 0;
    if (!found || begin >= inside) continue;
    path.unshift(found[2] ?? found[3] ?? found[4] ?? '');
    inside = begin;
  }
  return path;
}

/** Inside of {a: b, c…}: the key whose value is being written, if any. */
function flowAt(before: string): { key: string; rest: string } | undefined {
  const open = Math.max(before.lastIndexOf('{'), before.lastIndexOf('['));
  if (open < 0 || before.lastIndexOf('}') > open || before.lastIndexOf(']') > open)
    return undefined;
  const rest = before.slice(open + 1).split(',').at(-1) ?? '';
  return { key: before.slice(0, open), rest: rest.trimStart() };
}

export function spotAt(text: string, caret: number): Spot {
  const lines = text.split('\n');
  const row = text.slice(0, caret).split('\n').length - 1;
  const start = text.lastIndexOf('\n', caret - 1) + 1;
  const before = text.slice(start, caret);
  const { document, from } = documentAt(lines, row);
  const indent = /^\s*(?:- )*/.exec(before)?.[0].length ?? 0;
  const path = parentsOf(lines, from, row, indent);
  const flow = flowAt(before);
  const list = before[Math.max(before.lastIndexOf('{'), before.lastIndexOf('['))] === '[';
  if (flow) {
    const outer = keyOf(flow.key.replace(/\s*$/, ' '));
    const name = outer?.[2] ?? outer?.[3] ?? outer?.[4];
    const inner = /^([^:\s]+):\s+(.*)$/.exec(flow.rest);
    if (list && name) return { path, begun: flow.rest, key: name, document };
    const within = name === undefined ? path : [...path, name];
    if (inner) return { path: within, begun: inner[2] ?? '', key: inner[1] ?? '', document };
    return { path: within, begun: flow.rest, document };
  }
  const own = keyOf(before);
  if (own) {
    const begun = before.slice(own[0].length).trimStart();
    return { path, begun, key: own[2] ?? own[3] ?? own[4] ?? '', document };
  }
  const begun = before.slice(indent);
  const above = path.at(-1);
  const asValue = /-\s$/.test(before.slice(0, indent)) && above !== undefined;
  if (asValue && ['rules', 'group-by', 'absent', 'none-between', 'field'].includes(above))
    return { path: path.slice(0, -1), begun, key: above, document };
  return { path, begun, document };
}

// ---- what could stand there ---------------------------------------------------------------------

export interface Choice {
  text: string;
  /** What is written; the text itself if it is not given. */
  write?: string;
  help?: string;
}

const TOP =
  'title id name status description author date references tags logsource detection correlation ' +
  'falsepositives level fields chancery';
const MODIFIERS =
  'contains startswith endswith all cased exists neq re cidr lt lte gt gte base64 base64offset ' +
  'wide windash minute hour day week month year fieldref expand';
const CORRELATION = 'type rules group-by timespan condition aliases generate';
const TYPES =
  'event_count value_count temporal temporal_ordered value_sum value_avg value_min value_max ' +
  'value_median value_percentile';
const EXTENSION =
  'purpose source state absent none-between near actions limits self-test';
const ACTIONS =
  'notify call send-guard raise-incident task lock unlock lockdown evacuate close-gates ' +
  'stop-ventilation';

const listOf = (words: string, after = ''): Choice[] =>
  words.split(' ').map((text) => ({ text, ...(after ? { write: text + after } : {}) }));

/** The log source that a document names. */
export function sourceOf(document: string[]): { category?: string; service?: string } {
  const text = document.join('\n');
  const at = text.search(/^logsource:/m);
  if (at < 0) return {};
  const rest = text.slice(at).split(/\n(?=\S)/)[0] ?? '';
  const part = (name: string) =>
    new RegExp(`${name}:\\s*['"]?([\\w-]+)`).exec(rest)?.[1] ?? undefined;
  const category = part('category');
  const service = part('service');
  return { ...(category ? { category } : {}), ...(service ? { service } : {}) };
}

/** Fields that events of a document's log source have, each once, and whether there are more. */
export function fieldsOf(document: string[], taxonomy: Taxonomy) {
  const wanted = sourceOf(document);
  const sources = taxonomy.sources.filter(
    (one) =>
      (!wanted.category || one.category === wanted.category.toLowerCase()) &&
      (!wanted.service || one.service === wanted.service.toLowerCase()),
  );
  const narrow = wanted.category !== undefined || wanted.service !== undefined;
  const names = new Set<string>();
  for (const source of narrow ? sources : [])
    for (const name of [...source.fields, ...source.resolved]) names.add(name);
  return {
    own: [...names].sort(),
    every: taxonomy.every,
    open: narrow && sources.some((one) => one.open),
    known: !narrow || sources.length > 0,
  };
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/^(?:name|id):\s*['"]?([\w-]+)/gm)].map((one) => one[1] ?? '');
}

/** The names under `detection`: those that are as deep as the first of them. */
function selectionsOf(document: string[]): string[] {
  const from = document.findIndex((line) => line.startsWith('detection:'));
  const names: string[] = [];
  let depth: string | undefined;
  for (const line of from < 0 ? [] : document.slice(from + 1)) {
    if (/^\S/.test(line)) break;
    const found = /^(\s+)(\w+):/.exec(line);
    depth ??= found?.[1];
    if (found && found[1] === depth && found[2] !== 'condition') names.push(found[2] ?? '');
  }
  return names;
}

function valuesFor(spot: Spot, text: string, taxonomy: Taxonomy): Choice[] {
  const key = spot.key ?? '';
  const at = spot.path.at(-1);
  const wanted = sourceOf(spot.document);
  if (at === 'logsource') {
    if (key === 'product') return [{ text: taxonomy.product }];
    const of = taxonomy.sources.filter(
      (one) => key === 'category' || !wanted.category || one.category === wanted.category,
    );
    const seen = new Map<string, string>();
    for (const one of of) {
      const name = key === 'category' ? one.category : one.service;
      if (!seen.has(name)) seen.set(name, one.help ?? '');
    }
    return [...seen].map(([name, help]) => ({ text: name, help })).sort(byText);
  }
  if (spot.path.length === 0 && key === 'level')
    return listOf('informational low medium high critical');
  if (spot.path.length === 0 && key === 'status')
    return listOf('stable test experimental deprecated unsupported');
  if (key === 'condition' && at === 'detection')
    return [...selectionsOf(spot.document), 'and', 'or', 'not', '1 of', 'all of'].map((one) => ({
      text: one,
    }));
  if (at === 'correlation' && key === 'type') return listOf(TYPES);
  if (['rules', 'absent', 'none-between'].includes(key))
    return namesIn(text).map((one) => ({ text: one }));
  if (key === 'group-by' || (key === 'field' && at === 'condition') || at === 'state')
    return everyField(taxonomy);
  if (key === 'do') return listOf(ACTIONS);
  return [];
}

const byText = (a: Choice, b: Choice) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);

function everyField(taxonomy: Taxonomy): Choice[] {
  const names = new Set(taxonomy.every);
  for (const source of taxonomy.sources) for (const name of source.resolved) names.add(name);
  return [...names].sort().map((text) => ({ text }));
}

function keysFor(spot: Spot, taxonomy: Taxonomy): Choice[] {
  const [first, second] = spot.path;
  if (first === undefined) return listOf(TOP, ': ');
  if (first === 'logsource') return listOf('product category service', ': ');
  if (first === 'detection' && second === undefined)
    return listOf('selection filter condition', ': ');
  if (first === 'detection') {
    if (spot.begun.includes('|')) return listOf(MODIFIERS, ': ');
    const { own, every } = fieldsOf(spot.document, taxonomy);
    return [...new Set([...own, ...every])].map((text) => ({ text, write: `${text}: ` }));
  }
  if (first === 'correlation' && second === undefined) return listOf(CORRELATION, ': ');
  if (first === 'correlation' && second === 'condition')
    return listOf('gte gt lt lte eq neq field percentile', ': ');
  if (first === 'chancery' && second === undefined) return listOf(EXTENSION, ': ');
  if (first === 'chancery' && second === 'state')
    return taxonomy.states.map((text) => ({ text, write: `${text}: ` }));
  if (first === 'chancery' && second === 'actions') return listOf('do to confirm', ': ');
  if (first === 'chancery' && second === 'self-test') return listOf('fires silent', ': ');
  return [];
}

/** What fits behind what is begun, and how much of it the choice takes the place of. */
export function choicesAt(text: string, caret: number, taxonomy: Taxonomy) {
  const spot = spotAt(text, caret);
  const begun =
    spot.key === undefined
      ? (spot.begun.split('|').at(-1) ?? '')
      : (/[^\s,[({]*$/.exec(spot.begun)?.[0] ?? '');
  const all = spot.key === undefined ? keysFor(spot, taxonomy) : valuesFor(spot, text, taxonomy);
  const low = begun.toLowerCase();
  const fit = all.filter((one) => one.text.toLowerCase().includes(low) && one.text !== begun);
  fit.sort((a, b) => Number(b.text.startsWith(begun)) - Number(a.text.startsWith(begun)));
  return { begun, choices: fit.slice(0, 40) };
}

// ---- lines compared -----------------------------------------------------------------------------

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  before?: number;
  after?: number;
}

/** The shortest way from one text to another, line by line. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.replace(/\n$/, '').split('\n');
  const b = after.replace(/\n$/, '').split('\n');
  const empty = () => new Uint16Array(b.length + 1);
  const common: Uint16Array[] = Array.from({ length: a.length + 1 }, empty);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i]![j] =
        a[i] === b[j]
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j])
      lines.push({ kind: 'same', text: a[i++] ?? '', before: i, after: ++j });
    else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!))
      lines.push({ kind: 'removed', text: a[i++] ?? '', before: i });
    else lines.push({ kind: 'added', text: b[j++] ?? '', after: j });
  }
  return lines;
}

// ---- spans of time ------------------------------------------------------------------------------

const DAY_MS = 86400000;

/** The night that is going on, or the last one: 20:00 to 06:00 by the clock of the zone. */
export function lastNight(zone: string, now: Date): { from: string; until: string } {
  const local = toLocalInput(now.toISOString(), zone);
  const hour = Number(local.slice(11, 13));
  const morning = hour >= 20 ? shiftDay(local, 1) : local.slice(0, 10);
  const until = new Date(fromLocalInput(`${morning}T06:00:00`, zone));
  return {
    from: fromLocalInput(`${shiftDay(`${morning}T00:00:00`, -1)}T20:00:00`, zone),
    until: (until > now ? now : until).toISOString(),
  };
}

function shiftDay(local: string, days: number): string {
  const at = new Date(`${local.slice(0, 10)}T00:00:00Z`);
  return new Date(at.getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

/** Every day from one moment to another by the clock of the zone, also those without hits. */
export function everyDay(
  from: string,
  until: string,
  zone: string,
  hits: { day: string; hits: number }[],
): { day: string; hits: number }[] {
  const by = new Map(hits.map((one) => [one.day, one.hits]));
  const last = toLocalInput(until, zone).slice(0, 10);
  const days: { day: string; hits: number }[] = [];
  for (let day = toLocalInput(from, zone).slice(0, 10); day <= last && days.length < 400; ) {
    days.push({ day, hits: by.get(day) ?? 0 });
    day = shiftDay(day, 1);
  }
  return days;
}
