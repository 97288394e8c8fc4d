import { get } from '../../lib/api.ts';
import type { Stage } from '../../lib/parts.ts';

export const stage: Stage = {
  here: async () => {
    try {
      await get('demo', { quiet: true });
      return true;
    } catch {
      return false;
    }
  },
  door: () => import('./Door.svelte'),
  strip: () => import('./Strip.svelte'),
};
