// How cameras are, as the server says.
import type { CameraState } from '#types/api.d.ts';
import type { Level } from '../../ui/Status.svelte';

export const conditionLevel: Record<CameraState['condition'], Level> = {
  calling: 'unknown',
  watched: 'good',
  frozen: 'serious',
  lost: 'critical',
  refused: 'serious',
  failed: 'critical',
  disabled: 'off',
};
