// The level that stands, for whoever shows it.
import { call } from '../../lib/api.ts';
import { Feed } from '../../lib/feed.svelte.ts';
import { session } from '../../lib/session.svelte.ts';
import { readRows } from '../../lib/shape.ts';
import type { Row } from '../../lib/types.ts';

export const grades = ['minimal', 'low', 'moderate', 'substantial', 'high', 'extreme'] as const;
export type Grade = (typeof grades)[number];

/** Null: nobody has assessed it, or the assessment has run out. */
export async function askLevel(): Promise<Row | null> {
  const kind = session.kind('level');
  if (!kind) return null;
  const query = 'state=standing&sort=state_since&order=desc&limit=1';
  return readRows(kind.shape, (await call('GET', `levels?${query}`)).text).items[0] ?? null;
}

export const level = new Feed(askLevel, (event) => event.record?.startsWith('level/') ?? false);

export const gradeOf = (row: Row): Grade => String(row.record['level']) as Grade;
