import type { ListLook } from '../../lib/parts.ts';
import { refs } from '../../lib/refs.svelte.ts';
import { sources } from './sources.ts';

export const lists: ListLook[] = [
  {
    of: 'source',
    lead: {
      word: 'source.condition',
      load: () => import('./ConditionCell.svelte'),
      use: () => sources.use(),
    },
    columns: ['name', 'kind', 'zone', 'protocol', 'label'],
  },
  {
    of: 'gap',
    lead: { word: 'source.condition', load: () => import('./GapCell.svelte') },
    title: ({ source }) => refs.name('source', String(source)) ?? String(source),
    fields: ['source', 'zone', 'cause', 'began', 'ended'],
    columns: ['zone', 'cause', 'began', 'ended'],
    refers: { source: 'source', zone: 'zone' },
    sort: { by: 'began', descending: true },
    link: {
      word: 'list.open-page',
      address: ({ source }) => `/sources/${encodeURIComponent(String(source))}`,
    },
  },
];
