import type { Aside, Link } from '../../lib/parts.ts';

export const asides: Aside[] = [
  { of: ['site', 'zone'], load: () => import('./plan/Cutout.svelte') },
];
export const links: Link[] = [
  { of: ['site'], word: 'place.plan', address: (id) => `/compound/${encodeURIComponent(id)}` },
];
