import type { Aside } from '../../lib/parts.ts';

export const asides: Aside[] = [
  { of: ['source', 'listener'], place: 'state', load: () => import('./HowItDoes.svelte') },
];
