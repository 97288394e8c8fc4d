// What state a tripwire is in, as a shape and a colour.
import type { Level } from '../../ui/Status.svelte';
import type { LiveRecord } from '../../record/record.svelte.ts';
import type { BoardLine } from './api.ts';

export type State = 'faulted' | 'proposed' | 'active' | 'draft' | 'off';

export function stateOf(line: Pick<BoardLine, 'status' | 'fault' | 'proposed'>): State {
  if (line.fault) return 'faulted';
  return line.proposed ? 'proposed' : line.status;
}

/** How one tripwire stands, as its page tells it. */
export interface Standing {
  state: State;
  status: BoardLine['status'];
  /** The text that somebody may put forward, or that waits for a second person; "": none. */
  coming: string;
  proposed: boolean;
  proposer: string;
  /** The reader has put it forward. */
  mine: boolean;
  /** A new text waits beside the active one. */
  replacing: boolean;
}

export function standingOf(record: LiveRecord, me: string): Standing {
  const text = (name: string) => record.text(name);
  const status = (text('status') || 'draft') as BoardLine['status'];
  const active = status === 'active';
  const coming = active ? text('next') : text('rule');
  const proposer = active ? text('next_by') : text('proposed_by');
  const proposed = status === 'proposed' || (active && proposer !== '' && coming !== '');
  const fault = text('fault');
  return {
    state: stateOf({ status, proposed, ...(fault ? { fault } : {}) }),
    status,
    coming,
    proposed,
    proposer,
    mine: proposer === me,
    replacing: active && coming !== '',
  };
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
