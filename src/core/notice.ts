// Notices: what logshare says of itself on stderr, once each, because it may never throw or log in a circle.

import { writeSync } from 'node:fs'

// biome-ignore lint/suspicious/noControlCharactersInRegex: what others have put into a message stays on its line
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

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
    writeSync(2, `logshare: ${message.replace(CONTROLS, ' ')} (${code})\n`)
  } catch {
    // A closed or full stderr: there is nobody left to tell.
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
