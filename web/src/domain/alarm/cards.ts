import type { Card, Clause } from '../../lib/parts.ts';

export const cards: Card[] = [
  { may: 'watch.read', rank: 0, load: () => import('./AnswerCard.svelte') },
];
export const clauses: Clause[] = [
  { may: 'watch.read', rank: 20, load: () => import('./AnswerClause.svelte') },
];
