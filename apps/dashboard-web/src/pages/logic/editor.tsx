import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

interface Props {
  readonly label: string;
  readonly text: string;
  /** Undefined: it may only be read. */
  readonly onChange: ((text: string) => void) | undefined;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], color: 'var(--code-word)' },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: 'var(--code-text)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: tags.definition(tags.variableName), fontWeight: '600' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '0.9rem' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', maxHeight: '32rem', minHeight: '8rem' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': {
    color: 'var(--quiet)',
    backgroundColor: 'var(--raised)',
    borderRight: '1px solid var(--line)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'var(--accent-soft)' },
});

/**
 * A text of JavaScript in colours. It stands in a shadow root: there its styles are sheets of the
 * script's own, where in the document they would be inline ones, which the page's policy forbids.
 * Tab leaves it, so that nobody is caught there.
 */
export default function Editor({ label, text, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const told = useRef(onChange);
  useEffect(() => {
    told.current = onChange;
  });
  const isFixed = onChange === undefined;
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' });
    const made = (view.current = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          javascript(),
          syntaxHighlighting(colours),
          look,
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorState.readOnly.of(isFixed),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) told.current?.(state.doc.toString());
          }),
        ],
      }),
    }));
    return () => made.destroy();
    // The text is taken over below, without losing the place in it.
  }, [label, isFixed]);
  useEffect(() => {
    const { state } = view.current!;
    if (state.doc.toString() !== text)
      view.current!.dispatch({ changes: { from: 0, to: state.doc.length, insert: text } });
  }, [text]);
  return <div className="card editor" ref={host} />;
}
