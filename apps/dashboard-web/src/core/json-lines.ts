/** Takes text as it arrives, and gives the lines of it that are whole. */
export class LineReader {
  private rest = '';

  /** @returns the values of the lines that the text ends, in order. @throws SyntaxError */
  add(text: string): unknown[] {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown);
  }

  /** @returns the value of what no line feed ended. @throws SyntaxError where it was cut off */
  end(): unknown[] {
    return this.add('\n');
  }
}
