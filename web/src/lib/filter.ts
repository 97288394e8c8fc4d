// Filters of a list and how they are written in the address and asked of the server.
import type { Field, Shape } from './types.ts';

export type Operator = 'is' | 'ne' | 'in' | 'has' | 'ge' | 'le';

export interface Filter {
  field: string;
  operator: Operator;
  value: string;
}

export interface Query {
  words: string;
  filters: Filter[];
  sort: string;
  descending: boolean;
  retired: boolean;
}

/** What may be asked of a field. Nothing: it cannot be filtered by. */
export function operatorsOf(field: Field): Operator[] {
  if (field.operators) return field.operators;
  switch (field.kind) {
    case 'text':
      return ['has', 'is', 'ne'];
    case 'ref':
      return ['is', 'ne'];
    case 'choice':
      return ['is', 'ne', 'in'];
    case 'id':
    case 'flag':
      return ['is'];
    case 'refs':
    case 'texts':
      return ['has'];
    case 'i64':
    case 'opt_i64':
    case 'bp':
    case 'ms':
    case 'time':
      return ['is', 'ge', 'le'];
    default:
      return [];
  }
}

export function mayFilter(field: Field): boolean {
  return operatorsOf(field).length > 0;
}

/** May a list be sorted by it? */
export function maySort(field: Field): boolean {
  return mayFilter(field) && field.kind !== 'refs' && field.kind !== 'texts';
}

/** As parameters: what the server reads, and what stands in the address of the page. */
export function toParams(query: Query): URLSearchParams {
  const params = new URLSearchParams();
  if (query.words) params.set('q', query.words);
  for (const { field, operator, value } of query.filters)
    params.append(operator === 'is' ? field : `${field}.${operator}`, value);
  if (query.sort) params.set('sort', query.sort);
  if (query.sort && query.descending) params.set('order', 'desc');
  if (query.retired) params.set('retired', 'true');
  return params;
}

/** Read them back; what the shape does not know is dropped. */
export function fromParams(params: URLSearchParams, shape: Shape): Query {
  const query: Query = {
    words: params.get('q') ?? '',
    filters: [],
    sort: params.get('sort') ?? '',
    descending: params.get('order') === 'desc',
    retired: params.get('retired') === 'true',
  };
  for (const [name, value] of params) {
    const [fieldName = '', given = 'is'] = name.split('.', 2);
    const field = shape.fields.find((one) => one.name === fieldName);
    const operator = field && operatorsOf(field).find((one) => one === given);
    if (operator) query.filters.push({ field: fieldName, operator, value });
  }
  if (!shape.fields.some((field) => field.name === query.sort)) query.sort = '';
  return query;
}
