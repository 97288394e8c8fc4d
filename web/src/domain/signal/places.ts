import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/signals', word: 'records.kept_signal', job: 'evidence', rank: 20, letter: 'j' },
];
