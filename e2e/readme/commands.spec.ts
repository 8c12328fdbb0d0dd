import { commandsOf, withoutChance } from './commands.js';

const PAGE = `
Type \`npm run a -- b\` or \`A_VARIABLE\`.

\`\`\`sh
npm start        # starts it
# nothing
npm test
\`\`\`

\`\`\`console
$ curl x -d '[
    1]'
{"a":1}

$ curl y
b,c
\`\`\`

\`\`\`json
npm no
\`\`\`
`;

describe('the commands of a page', () => {
  it('are those of its shell blocks, with what they print, and of its prose', () => {
    expect(commandsOf(PAGE)).toEqual([
      { text: 'npm run a -- b', output: '', place: 'prose' },
      { text: 'npm start', output: '', place: 'block' },
      { text: 'npm test', output: '', place: 'block' },
      { text: "curl x -d '[\n    1]'", output: '{"a":1}', place: 'block' },
      { text: 'curl y', output: 'b,c', place: 'block' },
    ]);
  });

  it('print the same but for what differs each time', () => {
    const one =
      'a,version,updated_at\nx,2,2026-11-21T13:50:48.560Z\ny,1,2026-11-21T13:50:48.560Z\n';
    const other =
      'a,version,updated_at\ny,3,2027-01-01T00:00:00.000Z\nx,1,2027-01-01T00:00:00.000Z';
    expect(withoutChance(one)).toBe(withoutChance(other));
    expect(withoutChance(one.replace('y', 'z'))).not.toBe(withoutChance(other));
    expect(withoutChance('{"version":1,"count":2}')).not.toBe(
      withoutChance('{"version":1,"count":3}'),
    );
  });
});
