// What a storey is called, in the reader's language.
import { t } from '../../../lib/i18n.svelte.ts';

export function storeyName(floor: number): string {
  if (floor === 0) return t('plan.ground-floor');
  return floor > 0 ? t('plan.floor', { nr: floor }) : t('plan.basement', { nr: -floor });
}
