import type { Card, Clause } from '../../situation/parts.ts';
import BlindCard from './BlindCard.svelte';
import BlindClause from './BlindClause.svelte';

export const cards: Card[] = [{ may: 'watch.read', rank: 20, view: BlindCard }];
export const clauses: Clause[] = [{ may: 'watch.read', rank: 30, view: BlindClause }];
