// Notices: what logshare says of itself on stderr, once each, because it may never throw or log in a circle.

import { writeSync } from 'node:fs'

const said = new Set<string>()

/** The codes a notice can have; each is a heading in the README. */
export type NoticeCode =
  | 'LOGSHARE_WARN_DROPPED'
  | 'LOGSHARE_WARN_FAILED_OPEN'
  | 'LOGSHARE_WARN_HANDLER'
  | 'LOGSHARE_WARN_INSTALLED'
  | 'LOGSHARE_WARN_LISTENER'
  | 'LOGSHARE_WARN_QUEUE'

/** Writes one line to stderr, at most once in a thread for a code and what it is about; never throws. */
export function notice(code: NoticeCode, message: string, about = ''): void {
  const key = `${code} ${about}`
  if (said.has(key)) return
  said.add(key)
  try {
    writeSync(2, `logshare: ${message} (${code})\n`)
  } catch {
    // A closed or full stderr: there is nobody left to tell.
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
