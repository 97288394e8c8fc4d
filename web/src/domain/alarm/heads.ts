import type { Head } from '../../lib/parts.ts';
import AnswerHead from './AnswerHead.svelte';
import LaneHead from './LaneHead.svelte';

export const heads: Head[] = [
  { where: 'bar', rank: 20, may: 'watch.read', view: AnswerHead },
  { where: 'lane', rank: 0, may: 'watch.read', view: LaneHead },
];
