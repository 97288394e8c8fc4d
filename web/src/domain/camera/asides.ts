import type { Aside } from '../../lib/parts.ts';

export const asides: Aside[] = [
  { of: ['camera'], place: 'state', load: () => import('./CameraState.svelte') },
];
