import type { Card } from '../../situation/parts.ts';
import SinceCard from './SinceCard.svelte';

export const cards: Card[] = [{ may: 'ledger.read', rank: 80, view: SinceCard }];
