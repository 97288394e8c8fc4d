import type { Card } from '../../lib/parts.ts';

export const cards: Card[] = [
  { may: 'mission.read', rank: 30, load: () => import('./SitesCard.svelte') },
];
