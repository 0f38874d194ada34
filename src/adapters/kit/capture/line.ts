// Beside: a library's finished line, as it goes to the root beside a record: as it is, for escaping it would take as long
// as making it.

/** One line of text: JSON without a tab, and the line behind one tab; behind two as JSON, if it is not just one line. */
export function packLine(head: string, line: string): string {
  const end = line.length - 1
  const isLine = line.indexOf('\n') === end && line[0] !== '\t'
  return isLine ? `${head}\t${line.slice(0, end)}` : `${head}\t\t${JSON.stringify(line)}`
}

/** Throws for what `packLine` has not made. */
export function unpackLine(text: string): { readonly head: unknown; readonly line: string } {
  const end = text.indexOf('\t')
  const head: unknown = JSON.parse(text.slice(0, end))
  const rest = text.slice(end + 1)
  return { head, line: rest[0] === '\t' ? (JSON.parse(rest) as string) : `${rest}\n` }
}
