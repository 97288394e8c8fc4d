import type { Card } from '../../situation/parts.ts';
import FaultCard from './FaultCard.svelte';

export const cards: Card[] = [{ may: 'tripwire.read', rank: 0, view: FaultCard }];
