import type { Card, Clause } from '../../lib/parts.ts';

export const cards: Card[] = [
  { may: 'watch.read', rank: 20, load: () => import('./BlindCard.svelte') },
];
export const clauses: Clause[] = [
  { may: 'watch.read', rank: 30, load: () => import('./BlindClause.svelte') },
];
