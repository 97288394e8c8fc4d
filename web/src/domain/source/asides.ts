import type { Aside } from '../../lib/parts.ts';

export const asides: Aside[] = [
  { of: ['source', 'listener'], load: () => import('./HowItDoes.svelte') },
];
