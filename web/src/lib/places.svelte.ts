// The places of the console: what the navigation, the palette and "g then a letter" go to.
import { moduleName, pluralName, t } from './i18n.svelte.ts';
import { session } from './session.svelte.ts';

export interface Place {
  address: string;
  name: string;
  group: string;
  letter: string;
}

const OTHERS = 'abcdefghijklmnopqrstuvwxyz123456789';

/** The first letter of the address that is not taken, or any that is free, or a number: they do not
 * change with the language. When all are taken, none; search reaches every place. */
function letterFor(address: string, taken: Set<string>): string {
  for (const letter of `${address.replace(/[^a-z]/g, '')}${OTHERS}`) {
    if (!taken.has(letter)) {
      taken.add(letter);
      return letter;
    }
  }
  return '';
}

export function moduleOf(kind: { module?: string; read: string; name: string }): string {
  return kind.module ?? kind.read.split('.')[0] ?? kind.name;
}

export function places(): Place[] {
  const taken = new Set(['o', 'l', 'y', 'w']);
  const list: Place[] = [
    { address: '/', name: t('place.overview'), group: t('place.watch'), letter: 'o' },
  ];
  if (session.may('watch.read'))
    list.push({
      address: '/post-one',
      name: t('place.post-one'),
      group: t('place.watch'),
      letter: 'w',
    });
  if (session.may(session.kind('plan')?.read ?? '')) {
    taken.add('c');
    list.push({
      address: '/compound',
      name: t('place.plan'),
      group: t('place.watch'),
      letter: 'c',
    });
  }
  for (const kind of session.catalog.records) {
    if (!session.may(kind.read)) continue;
    list.push({
      address: `/${kind.plural}`,
      name: pluralName(kind.name),
      group: moduleName(moduleOf(kind)),
      letter: letterFor(kind.plural, taken),
    });
  }
  if (session.may('round.walk'))
    list.push({
      address: '/phone.html',
      name: t('place.phone'),
      group: t('place.watch'),
      letter: '',
    });
  if (session.may('ledger.read'))
    list.push({
      address: '/ledger',
      name: t('place.ledger'),
      group: t('place.record'),
      letter: 'l',
    });
  list.push({
    address: '/me',
    name: t('place.account'),
    group: t('place.record'),
    letter: 'y',
  });
  return list;
}
