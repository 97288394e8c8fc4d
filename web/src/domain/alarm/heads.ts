import type { Head } from '../../lib/parts.ts';

export const heads: Head[] = [
  { where: 'bar', rank: 20, may: 'watch.read', load: () => import('./AnswerHead.svelte') },
  { where: 'lane', rank: 0, may: 'watch.read', load: () => import('./LaneHead.svelte') },
];
