import type { Card } from '../../lib/parts.ts';

export const cards: Card[] = [
  { may: 'ledger.read', rank: 20, load: () => import('./LedgerCard.svelte') },
  { rank: 90, load: () => import('./EventsCard.svelte') },
];
