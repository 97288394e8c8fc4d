// Which steps a record offers, to whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayEdit, possibleSteps, stateOf } from '../src/lib/steps.ts';
import type { Fields, RecordKind, Row, Step } from '../src/lib/types.ts';

const step = (name: string, from: string[], more: Partial<Step> = {}): Step => ({
  name,
  help: name,
  event: `visit.${name}`,
  permission: `visit.${name}`,
  from,
  reason: false,
  other: false,
  mine: false,
  input: { name: 'step_reason', fields: [] },
  ...more,
});
const kind: RecordKind = {
  name: 'visit',
  plural: 'visits',
  read: 'visit.read',
  state: 'state',
  editable: ['requested'],
  shape: {
    name: 'visit',
    fields: [
      { name: 'state', kind: 'choice', choices: [{ name: 'requested' }, { name: 'inside' }] },
    ],
  },
  steps: [
    step('approve', ['requested'], { other: true }),
    step('cancel', ['*']),
    step('close', ['inside'], { mine: true }),
  ],
};
const row = (record: Fields, more: Partial<Row> = {}): Row => ({ record, seq: 1, ...more });
const offered = (of: Row, me = 'leila', may: (name: string) => boolean = () => true) =>
  possibleSteps(kind, of, me, may).map((one) => one.step.name + (one.hindrance ?? ''));

test('a state offers the steps that lead from it, and those that lead from any', () => {
  assert.deepEqual(offered(row({ state: 'requested' })), ['approve', 'cancel']);
  assert.deepEqual(offered(row({ state: 'inside', holder: 'leila' })), ['cancel', 'close']);
});

test('a state that is unset is the first', () => {
  assert.equal(stateOf(kind, {}), 'requested');
  assert.deepEqual(offered(row({})), ['approve', 'cancel']);
});

test('what the person has no permission for is not there', () => {
  assert.deepEqual(
    offered(row({ state: 'requested' }), 'leila', (name) => name !== 'visit.cancel'),
    ['approve'],
  );
});

test('who asked is told that somebody else has to confirm', () => {
  const asked = row({ state: 'requested', asked_by: 'leila' });
  assert.deepEqual(offered(asked), ['approveother', 'cancel']);
  assert.deepEqual(offered(asked, 'omar'), ['approve', 'cancel']);
});

test('what is for its holder is told to the others, also when nobody holds it', () => {
  assert.deepEqual(offered(row({ state: 'inside', holder: 'omar' })), ['cancel', 'closemine']);
  assert.deepEqual(offered(row({ state: 'inside' })), ['cancel', 'closemine']);
});

test('a retired record offers nothing', () => {
  assert.deepEqual(offered(row({ state: 'requested' }, { retired: true })), []);
});

test('a record is edited in the states that say so', () => {
  assert.equal(mayEdit(kind, { state: 'requested' }), true);
  assert.equal(mayEdit(kind, { state: 'inside' }), false);
  const { editable: _, ...always } = kind;
  assert.equal(mayEdit(always, { state: 'inside' }), true);
});
