import type { Link } from '../../lib/parts.ts';

export const links: Link[] = [
  { of: ['site'], word: 'place.plan', address: (id) => `/compound/${encodeURIComponent(id)}` },
];
