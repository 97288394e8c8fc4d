// What changed between two versions of a record, field by field, in the order of the shape.
import { write } from './json.ts';
import type { Fields, Shape, Value } from './types.ts';

export interface Change {
  field: string;
  before: Value;
  after: Value;
}

export function diff(shape: Shape, before: Fields | undefined, after: Fields): Change[] {
  const names = new Set([
    ...shape.fields.map((field) => field.name),
    ...Object.keys(before ?? {}),
    ...Object.keys(after),
  ]);
  const changes: Change[] = [];
  for (const name of names) {
    const was = before?.[name];
    const is = after[name];
    if (was === undefined && is === undefined) continue;
    if (was !== undefined && is !== undefined && write(was) === write(is)) continue;
    changes.push({ field: name, before: was, after: is });
  }
  return changes;
}
