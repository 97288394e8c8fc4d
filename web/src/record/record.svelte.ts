// One record as a page has it: loaded, its history with it, and again whenever something happens to
// it; and how a new version of it is saved.
import { call, get } from '../lib/api.ts';
import { live } from '../lib/live.svelte.ts';
import { readRow } from '../lib/shape.ts';
import type { Fields, LedgerEvent, RecordKind, Row } from '../lib/types.ts';

export const addressOf = (kind: RecordKind, id: string) =>
  `${kind.plural}/${encodeURIComponent(id)}`;

/** The record now, and the tag by which a change of it says what it has seen. */
export async function fetchRow(kind: RecordKind, id: string): Promise<{ row: Row; etag: string }> {
  const answer = await call('GET', addressOf(kind, id));
  return { row: readRow(kind.shape, answer.text), etag: answer.etag };
}

export class LiveRecord {
  row = $state.raw<Row | null>(null);
  etag = $state('');
  events = $state.raw<LedgerEvent[]>([]);
  error = $state.raw<unknown>(null);
  readonly #kind: RecordKind;
  readonly #id: string;

  constructor(kind: RecordKind, id: string) {
    this.#kind = kind;
    this.#id = id;
  }

  async load(): Promise<void> {
    try {
      const { row, etag } = await fetchRow(this.#kind, this.#id);
      this.row = row;
      this.etag = etag;
      const history = `${addressOf(this.#kind, this.#id)}/history`;
      this.events = (await get<{ items: LedgerEvent[] }>(history)).items;
      this.error = null;
    } catch (problem) {
      this.error = problem;
    }
  }

  /** A field as text, "" when it is absent. */
  text(name: string): string {
    return String(this.row?.record[name] ?? '');
  }
}

/** Called while a component is made: whatever happens to the record is told to `run`. */
export function onRecord(kind: RecordKind, id: string, run: (event: string) => void): void {
  $effect(() =>
    live.on((event) => {
      if (event.record === `${kind.name}/${id}`) run(event.kind);
    }),
  );
}

/** Called while a component is made: its record, kept up to date as long as it is shown. Events
 * that `passing` names do not change the record. */
export function useRecord(kind: RecordKind, id: string, passing: string[] = []): LiveRecord {
  const record = new LiveRecord(kind, id);
  $effect(() => void record.load());
  onRecord(kind, id, (event) => {
    if (!passing.includes(event)) void record.load();
  });
  return record;
}

/** Without what Chancery sets itself. */
export function writable(kind: RecordKind, record: Fields): Fields {
  const out: Fields = {};
  for (const field of kind.shape.fields)
    if (!field.system && record[field.name] !== undefined) out[field.name] = record[field.name];
  return out;
}

/** Save a new record, or a new version of the one that `etag` stands for; its page's address. */
export async function saveRecord(
  kind: RecordKind,
  id: string | undefined,
  body: Fields,
  etag: string,
): Promise<string> {
  if (id !== undefined) {
    await call('PUT', addressOf(kind, id), { body, match: etag });
    return `/${addressOf(kind, id)}`;
  }
  const answer = await call('POST', kind.plural, { body });
  return `/${kind.plural}/${answer.location.split('/').pop() ?? ''}`;
}
