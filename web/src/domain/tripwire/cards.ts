import type { Card } from '../../lib/parts.ts';

export const cards: Card[] = [
  { may: 'tripwire.read', rank: 0, load: () => import('./FaultPanel.svelte') },
];
