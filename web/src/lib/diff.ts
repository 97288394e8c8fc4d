// What changed between two versions of a record, field by field, in the order of the shape. Of a
// nested record only what changed inside of it is named.
import { RawJson, write } from './json.ts';
import type { Field, Fields, Shape, Value } from './types.ts';

export interface Change {
  /** The name of the field, and of the fields it is nested in, outermost first. */
  path: { shape: string; field: Field }[];
  before: Value;
  after: Value;
}

function isFields(value: Value): value is Fields {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !(value instanceof RawJson)
  );
}

export function diff(
  shape: Shape,
  before: Fields | undefined,
  after: Fields,
  within: Change['path'] = [],
): Change[] {
  const known = shape.fields.map((field) => field.name);
  const more = [...Object.keys(before ?? {}), ...Object.keys(after)];
  const changes: Change[] = [];
  for (const name of new Set([...known, ...more])) {
    const was = before?.[name];
    const is = after[name];
    if (write(was ?? null) === write(is ?? null)) continue;
    // An old version may have had fields that the shape has no longer.
    const field = shape.fields.find((one) => one.name === name) ?? { name, kind: 'text' as const };
    const path = [...within, { shape: shape.name, field }];
    if (field.shape && isFields(was) && isFields(is))
      changes.push(...diff(field.shape, was, is, path));
    else changes.push({ path, before: was, after: is });
  }
  return changes;
}
