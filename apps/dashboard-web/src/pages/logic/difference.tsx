import { structuredPatch } from 'diff';

const KINDS = { '+': 'added', '-': 'removed', ' ': 'same' } as const;
const WORDS = { added: 'added: ', removed: 'removed: ', same: '' } as const;

/** Not the remark that a text does not end with a line's end. */
const isLine = (line: string): boolean => !line.startsWith('\\');

/** The lines in which two texts differ, with a few around them. */
export default function Difference({ before, after }: { before: string; after: string }) {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 });
  if (hunks.length === 0) return <p className="note">They are the same.</p>;
  return (
    <div className="card code difference" tabIndex={0} role="group" aria-label="Difference">
      {hunks.map(({ oldStart, newStart, lines }) => (
        <div key={`${oldStart} ${newStart}`}>
          <div className="place">Line {newStart}</div>
          {lines.filter(isLine).map((line, i) => {
            const kind = KINDS[line[0] as keyof typeof KINDS] ?? 'same';
            return (
              <div key={i} className={kind}>
                <span className="unseen">{WORDS[kind]}</span>
                {line}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}
