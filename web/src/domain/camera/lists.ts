import type { ListLook } from '../../lib/parts.ts';
import { cameras } from './cameras.ts';

export const lists: ListLook[] = [
  {
    of: 'camera',
    lead: {
      word: 'camera.condition',
      load: () => import('./ConditionCell.svelte'),
      use: () => cameras.use(),
    },
  },
];
