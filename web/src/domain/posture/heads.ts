import type { Head } from '../../lib/parts.ts';

export const heads: Head[] = [
  { where: 'bar', rank: 10, may: 'mission.read', load: () => import('./LevelHead.svelte') },
];
