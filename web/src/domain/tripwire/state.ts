// What state a tripwire is in, as a shape and a colour.
import type { Level } from '../../ui/Status.svelte';
import type { BoardLine } from './api.ts';

export type State = 'faulted' | 'proposed' | 'active' | 'draft' | 'off';

export function stateOf(line: Pick<BoardLine, 'status' | 'fault' | 'proposed'>): State {
  if (line.fault) return 'faulted';
  return line.proposed ? 'proposed' : line.status;
}

export const markOf: Record<State, Level> = {
  faulted: 'critical',
  proposed: 'caution',
  active: 'good',
  draft: 'unknown',
  off: 'off',
};

const levels: Record<string, Level> = {
  critical: 'critical',
  high: 'serious',
  medium: 'caution',
  low: 'off',
  informational: 'off',
};

/** How grave a hit is, as the rule says. */
export const levelOf = (level: string | undefined | null): Level =>
  levels[level ?? ''] ?? 'unknown';
