import type { Aside } from '../../lib/parts.ts';

export const asides: Aside[] = [
  { of: ['account'], may: 'account.enrol', load: () => import('./EnrolmentLink.svelte') },
  { of: ['account'], may: 'account.write', load: () => import('./AccountTokens.svelte') },
];
