// How the editor of rules looks, and what is wrong in it: at its line, in words.
import { HighlightStyle } from '@codemirror/language';
import type { Diagnostic } from '@codemirror/lint';
import { StateEffect, StateField, type EditorState } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface Fault {
  line: number;
  reason: string;
}

// ---- what is wrong, at its line ----------------------------------------------------------------

class Reason extends WidgetType {
  readonly reason: string;
  constructor(reason: string) {
    super();
    this.reason = reason;
  }
  override eq(other: Reason): boolean {
    return other.reason === this.reason;
  }
  override toDOM(): HTMLElement {
    const span = document.createElement('span');
    span.className = 'cm-reason';
    span.textContent = this.reason;
    return span;
  }
}
export const setFaults = StateEffect.define<Fault[]>();
export const faults = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = marks.map(transaction.changes);
    for (const effect of transaction.effects)
      if (effect.is(setFaults)) now = marksOf(transaction.state, effect.value);
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const linesOf = (state: EditorState, all: Fault[]) =>
  all
    .filter(({ line }) => line >= 1 && line <= state.doc.lines)
    .map(({ line, reason }) => ({ line: state.doc.line(line), reason }));

function marksOf(state: EditorState, all: Fault[]): DecorationSet {
  const marks = linesOf(state, all).flatMap(({ line, reason }) => [
    Decoration.line({ class: 'cm-wrong' }).range(line.from),
    Decoration.widget({ widget: new Reason(reason), side: 1 }).range(line.to),
  ]);
  return Decoration.set(marks, true);
}

export function diagnosticsOf(state: EditorState, all: Fault[]): Diagnostic[] {
  return linesOf(state, all).map(({ line, reason }) => ({
    from: line.from + (/^\s*/.exec(line.text)?.[0].length ?? 0),
    to: line.to,
    severity: 'error',
    message: reason,
  }));
}

// ---- looks --------------------------------------------------------------------------------------

export const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.meta, tags.separator, tags.punctuation], color: 'var(--soft)' },
]);

export const looks = EditorView.theme({
  '&': { backgroundColor: 'var(--raised)', color: 'var(--ink)', fontSize: '0.8125rem' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.25rem' },
  '.cm-content, .cm-gutter': { minHeight: '23rem' },
  '.cm-content': { caretColor: 'var(--ink)', paddingBlock: 'var(--gap-2)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--accent-ground)',
  },
  '.cm-gutters': {
    backgroundColor: 'var(--sunk)',
    color: 'var(--soft)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-wrong': { backgroundColor: 'var(--critical-ground)' },
  '.cm-reason': {
    marginInlineStart: '3ch',
    color: 'var(--critical)',
    fontFamily: 'var(--font)',
    fontWeight: '600',
  },
  '.cm-tooltip': {
    border: '1px solid var(--edge)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--panel)',
    color: 'var(--ink)',
    boxShadow: 'var(--shadow)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '15rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent-ground)',
    color: 'var(--ink)',
  },
  '.cm-completionDetail': { fontFamily: 'var(--font)', color: 'var(--soft)' },
  // Its own marks are pictures in the style sheet, which the policy of the pages does not allow.
  '.cm-lint-marker-error': { content: '"●"', color: 'var(--critical)', fontSize: '0.6rem' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--critical-mark)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--critical-mark)' },
});
