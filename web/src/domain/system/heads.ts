import type { Head } from '../../lib/parts.ts';
import WorkHead from './WorkHead.svelte';

export const heads: Head[] = [{ where: 'bar', rank: 30, view: WorkHead }];
