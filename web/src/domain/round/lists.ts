import { localTime } from '../../lib/i18n.svelte.ts';
import type { ListLook } from '../../lib/parts.ts';
import { session } from '../../lib/session.svelte.ts';

export const lists: ListLook[] = [
  {
    of: 'handover',
    lead: { word: 'handover.state', load: () => import('./SignedCell.svelte') },
    title: ({ made }) => localTime(String(made), session.zone),
    fields: ['from', 'to', 'made', 'signed_from', 'signed_to', 'note'],
    columns: ['from', 'to', 'signed_from', 'signed_to'],
    sort: { by: 'made', descending: true },
    link: { word: 'handover.open-page', address: () => '/post-one/handover' },
  },
];
