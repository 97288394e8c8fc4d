import type { ListLook } from '../../lib/parts.ts';

export const lists: ListLook[] = [
  {
    of: 'kept_signal',
    title: ({ text, kind }) => String(text ?? kind),
    fields: [
      'kind',
      'text',
      'source',
      'zone',
      'point',
      'at',
      'received',
      'priority',
      'code',
      'identity',
      'peer',
      'location',
      'suppressed',
      'drill',
    ],
    columns: ['kind', 'source', 'zone', 'at', 'code'],
    refers: { source: 'source', zone: 'zone' },
    sort: { by: 'at', descending: true },
    link: {
      word: 'signal.open-alarm',
      address: ({ alarm }) =>
        alarm ? `/post-one?alarm=${encodeURIComponent(String(alarm))}` : undefined,
    },
  },
];
