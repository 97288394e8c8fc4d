import type { Aside } from '../../lib/parts.ts';

export const asides: Aside[] = [
  { of: ['zone'], place: 'state', may: 'watch.read', load: () => import('./ZoneState.svelte') },
];
