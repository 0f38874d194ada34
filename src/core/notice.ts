// Notices: what logshare says of itself on stderr, once per kind, because it may never throw or log in a circle.

import { writeSync } from 'node:fs'

// biome-ignore lint/suspicious/noControlCharactersInRegex: what others have put into a message stays on its line
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

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
    writeSync(2, `logshare: ${message.replace(CONTROLS, ' ')} (${code})\n`)
  } catch {
    // A closed or full stderr: there is nobody left to tell.
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
