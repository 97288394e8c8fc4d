import type { Head } from '../../lib/parts.ts';
import LevelHead from './LevelHead.svelte';

export const heads: Head[] = [{ where: 'bar', rank: 10, may: 'mission.read', view: LevelHead }];
