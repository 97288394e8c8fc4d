// What can be said of a record from its shape alone.
import { membersOf, RawJson } from './json.ts';
import type { Field, Fields, RecordKind, Row, Shape, Value } from './types.ts';

/** Read a record's text by its shape: free JSON is kept as it is written. */
export function readRecord(shape: Shape, text: string): Fields {
  const record: Fields = {};
  for (const [name, raw] of membersOf(text)) {
    const field = shape.fields.find((one) => one.name === name);
    record[name] = readValue(field, raw);
  }
  return record;
}

function readValue(field: Field | undefined, raw: string): Value {
  if (field?.kind === 'json') return new RawJson(raw);
  if (field?.kind === 'record' && field.shape && raw.startsWith('{'))
    return readRecord(field.shape, raw);
  if (field?.kind === 'list' && field.shape && raw.startsWith('[')) {
    const shape = field.shape;
    return [...membersOf(raw).values()].map((item) => readRecord(shape, item));
  }
  return JSON.parse(raw) as Value;
}

/** Read {record, seq, …} or one item of a list of such. */
export function readRow(shape: Shape, text: string): Row {
  const members = membersOf(text);
  const row = JSON.parse(text) as Row;
  row.record = readRecord(shape, members.get('record') ?? '{}');
  return row;
}

export function readRows(shape: Shape, text: string): { items: Row[]; after?: string } {
  const members = membersOf(text);
  const items = [...membersOf(members.get('items') ?? '[]').values()];
  const after = members.get('after');
  return {
    items: items.map((item) => readRow(shape, item)),
    ...(after ? { after: JSON.parse(after) as string } : {}),
  };
}

/** A page of a list. What is no record stands there as it is, and has no number of its own. */
export function readPage(kind: RecordKind, text: string): { items: Row[]; after?: string } {
  if (!kind.path) return readRows(kind.shape, text);
  const members = membersOf(text);
  const items = [...membersOf(members.get('items') ?? '[]').values()];
  const after = members.get('after');
  return {
    items: items.map((item) => ({ record: readRecord(kind.shape, item), seq: 0 })),
    ...(after ? { after: JSON.parse(after) as string } : {}),
  };
}

/** What a person calls the record by: its title fields, or its id. */
export function titleOf(shape: Shape, record: Fields): string {
  const words = shape.fields
    .filter((field) => field.title)
    .map((field) => record[field.name])
    .filter((value): value is string => typeof value === 'string' && value !== '');
  if (words.length > 0) return words.join(' ');
  const name = record['name'];
  if (typeof name === 'string' && name !== '') return name;
  return typeof record['id'] === 'string' ? record['id'] : '';
}

/** The fields that have no place in a table's cell. */
export function isWide(field: Field): boolean {
  return ['json', 'bytes', 'record', 'list'].includes(field.kind);
}

/** The columns that a list begins with: title, then what is often asked for, at most six. */
export function firstColumns(kind: RecordKind): string[] {
  const fields = kind.shape.fields;
  const titled = fields.filter((field) => field.title);
  const start = titled.length > 0 ? titled : fields.filter((field) => field.name === 'name');
  const columns = start.map((field) => field.name);
  if (columns.length === 0) columns.push('id');
  const next = [
    ...fields.filter((field) => field.indexed),
    ...fields.filter((field) => field.required && field.kind === 'choice'),
    ...fields.filter((field) => field.required),
  ];
  for (const field of next) {
    if (columns.length >= 5) break;
    if (field.name === 'id' || field.name === 'label' || isWide(field)) continue;
    if (!columns.includes(field.name)) columns.push(field.name);
  }
  if (fields.some((field) => field.name === 'label')) columns.push('label');
  return columns;
}

/** May somebody with these permissions do what asks for `wanted`? "*" and "zone.*" stand for
 * more. */
export function permits(permissions: string[], wanted: string): boolean {
  return permissions.some(
    (one) =>
      one === '*' || one === wanted || (one.endsWith('.*') && wanted.startsWith(one.slice(0, -1))),
  );
}
