import type { Clause } from '../../lib/parts.ts';

export const clauses: Clause[] = [
  { may: 'mission.read', rank: 10, load: () => import('./LevelClause.svelte') },
  { may: 'mission.read', rank: 90, load: () => import('./LevelWhy.svelte') },
];
