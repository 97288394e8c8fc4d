import type { Message } from '../../lib/message.ts';
import type { ListLook } from '../../lib/parts.ts';
import { sentence } from '../../lib/say.svelte.ts';

export const lists: ListLook[] = [
  {
    of: 'alarm',
    lead: { word: 'field.any.state', load: () => import('./StateCell.svelte') },
    title: (record) => sentence(record as unknown as Message) || String(record['id']),
    fields: [
      'state',
      'priority',
      'kind',
      'source',
      'zone',
      'point',
      'raised',
      'last',
      'signals',
      'returned',
      'claimed_by',
      'acked_by',
      'acked',
      'ack_why',
      'disposition',
      'shelved_until',
      'shelve_why',
      'closed',
      'end_why',
      'drill',
    ],
    columns: ['zone', 'raised', 'claimed_by', 'acked_by', 'disposition'],
    refers: { source: 'source', zone: 'zone', claimed_by: 'account', acked_by: 'account' },
    sort: { by: 'raised', descending: true },
    views: [
      { word: 'alarm.view-waiting', query: 'state.in=unacknowledged,returned' },
      { word: 'alarm.view-aside', query: 'state.in=shelved,suppressed,out-of-service' },
    ],
    retired: 'alarm.with-closed',
    link: {
      word: 'alarm.open-post',
      address: ({ id }) => `/post-one?alarm=${encodeURIComponent(String(id))}`,
    },
  },
];
