// What the events of the ledger can be asked for, in the form in which lists are asked: so the
// conditions, their chips and the address are those of every list.
import type { Catalog, Field, Shape } from '../../lib/types.ts';

const LABELS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'];

const choices = (
  names: string[],
  textOf: (name: string) => string,
): NonNullable<Field['choices']> =>
  names
    .map((name) => ({ name, text: textOf(name) }))
    .sort((a, b) => a.text.localeCompare(b.text));

export function ledgerShape(
  events: Catalog['events'],
  nameOf: (kind: string) => string,
): Shape {
  const kinds = events.map((one) => one.name);
  const operators: Field['operators'] = ['is', 'ne'];
  return {
    name: 'ledger_event',
    fields: [
      { name: 'kind', kind: 'choice', operators, choices: choices(kinds, nameOf) },
      { name: 'actor', kind: 'ref', target: 'account' },
      { name: 'record', kind: 'id' },
      { name: 'received', kind: 'time' },
      { name: 'label', kind: 'choice', operators, choices: choices(LABELS, (name) => name) },
      { name: 'drill', kind: 'flag' },
    ],
  };
}
