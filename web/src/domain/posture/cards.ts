import type { Clause } from '../../situation/parts.ts';
import LevelClause from './LevelClause.svelte';
import WhyClause from './WhyClause.svelte';

export const clauses: Clause[] = [
  { may: 'mission.read', rank: 10, view: LevelClause },
  { may: 'mission.read', rank: 90, view: WhyClause },
];
