// Notices: what logshare says of itself on stderr, once per kind, because it may never throw or log in a circle.

import { writeSync } from 'node:fs'

const said = new Set<string>()

/** The codes a notice can have; each is a heading in the README. */
export type NoticeCode =
  | 'LOGSHARE_WARN_FAILED_OPEN'
  | 'LOGSHARE_WARN_HANDLER'
  | 'LOGSHARE_WARN_INSTALLED'
  | 'LOGSHARE_WARN_LISTENER'
  | 'LOGSHARE_WARN_QUEUE'

/** Writes one line to stderr, at most once for a code in a thread; never throws. */
export function notice(code: NoticeCode, message: string): void {
  if (said.has(code)) return
  said.add(code)
  try {
    writeSync(2, `logshare: ${message} (${code})\n`)
  } catch {
    // A closed or full stderr: there is nobody left to tell.
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
