// Finding: one thing that `logshare doctor` has looked at.

export interface Finding {
  /** Heading under which it is printed. */
  readonly area: 'node' | 'configuration' | 'directory' | 'handlers' | 'children' | 'libraries'
  /** `note`: works, with less than it could. `wrong`: has to be mended; the command exits with 1. */
  readonly state: 'ok' | 'note' | 'wrong'
  readonly what: string
  /** What to do about it. */
  readonly remedy?: string
}

const MARKS = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const

/** The findings as lines, grouped by area. */
export function printFindings(findings: readonly Finding[]): string {
  const areas = [...new Set(findings.map(({ area }) => area))]
  return areas
    .map((area) => {
      const lines = findings.filter((each) => each.area === area).map(lineOf)
      return `${area}\n${lines.join('')}`
    })
    .join('\n')
}

function lineOf({ state, what, remedy }: Finding): string {
  const next = remedy === undefined ? '' : `\n         → ${remedy}`
  return `  ${MARKS[state]}  ${what}${next}\n`
}
