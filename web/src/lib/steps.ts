// Which steps of a record are possible now, and for whom. Pure: the catalog describes the steps
// (GET /api/v1/catalog), the record says in which state it is, who asked and who has taken it.
import type { Fields, RecordKind, Row, Step } from './types.ts';

export interface Possible {
  step: Step;
  /** The state allows it, but not to this person: who asked may not confirm it, or it is for
   * whoever has taken the record. */
  hindrance?: 'other' | 'mine';
}

/** The state of a record; one that is unset counts as the first. */
export function stateOf(kind: RecordKind, record: Fields): string {
  const field = kind.shape.fields.find((one) => one.name === kind.state);
  const state = record[kind.state ?? ''];
  return typeof state === 'string' ? state : (field?.choices?.[0]?.name ?? '');
}

export const leadsFrom = (step: Step, state: string) =>
  step.from.includes('*') || step.from.includes(state);

export function mayEdit(kind: RecordKind, record: Fields): boolean {
  return kind.editable === undefined || kind.editable.includes(stateOf(kind, record));
}

/** The steps that can be taken from the present state, in the order of the catalog. What the person
 * has no permission for is left out; what only somebody else may do is there, and says so. */
export function possibleSteps(
  kind: RecordKind,
  row: Row,
  me: string,
  may: (permission: string) => boolean,
): Possible[] {
  if (row.retired) return [];
  const state = stateOf(kind, row.record);
  return (kind.steps ?? [])
    .filter((step) => leadsFrom(step, state) && may(step.permission))
    .map((step) => {
      if (step.other && row.record['asked_by'] === me) return { step, hindrance: 'other' };
      if (step.mine && row.record['holder'] !== me) return { step, hindrance: 'mine' };
      return { step };
    });
}
