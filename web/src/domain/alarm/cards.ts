import type { Card, Clause } from '../../situation/parts.ts';
import AnswerCard from './AnswerCard.svelte';
import AnswerClause from './AnswerClause.svelte';

export const cards: Card[] = [{ may: 'watch.read', rank: 0, view: AnswerCard }];
export const clauses: Clause[] = [{ may: 'watch.read', rank: 20, view: AnswerClause }];
