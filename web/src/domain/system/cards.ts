import type { Card } from '../../lib/parts.ts';

export const cards: Card[] = [
  { may: 'ledger.read', rank: 80, load: () => import('./SinceCard.svelte') },
];
