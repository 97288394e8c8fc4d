import type { ListLook } from '../../lib/parts.ts';
import { zones } from './zones.ts';

export const lists: ListLook[] = [
  {
    of: 'zone',
    lead: {
      word: 'zone.condition',
      load: () => import('./ConditionCell.svelte'),
      use: () => zones.use(),
    },
  },
];
