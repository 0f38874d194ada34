// Line: puts the line that a library has formatted into `extra`, for the root to write it as it is (pino, bunyan).
//
// The line is not escaped, because that would take as long as formatting it.

/**
 * One line of text: `head`, a tab, and `line` without its line break. If `line` is not exactly one line, or starts with a
 * tab: `head`, two tabs, and `line` as a JSON string. `head` is JSON without tabs.
 */
export function packLine(head: string, line: string): string {
  const end = line.length - 1
  const isLine = line.indexOf('\n') === end && line[0] !== '\t'
  return isLine ? `${head}\t${line.slice(0, end)}` : `${head}\t\t${JSON.stringify(line)}`
}

/** Parses what `packLine` made. Throws if `text` was not produced by `packLine`. */
export function unpackLine(text: string): { readonly head: unknown; readonly line: string } {
  const end = text.indexOf('\t')
  const head: unknown = JSON.parse(text.slice(0, end))
  const rest = text.slice(end + 1)
  return { head, line: rest[0] === '\t' ? (JSON.parse(rest) as string) : `${rest}\n` }
}
