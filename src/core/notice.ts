// Notice: a warning of logshare about itself, on stderr; it is not logged, because that could recurse.

import { process } from './originals.js'
import { passNotice, writeSync } from './stdio.js'

/** What could end the line, control the terminal, or reverse text: a message may hold foreign text. */
const CONTROLS = '[\\p{Cc}\\p{Bidi_C}\\u2028\\u2029]+'

const written = new Set<string>()

/** Code of a notice; each is a heading in docs/errors.md. */
export type NoticeCode =
  | 'LOGSHARE_WARN_DROPPED'
  | 'LOGSHARE_WARN_FAILED_OPEN'
  | 'LOGSHARE_WARN_HANDLER'
  | 'LOGSHARE_WARN_INSTALLED'
  | 'LOGSHARE_WARN_LISTENER'
  | 'LOGSHARE_WARN_QUEUE'

/** Writes one line to stderr, at most once per thread for each pair of `code` and `about`. Never throws. */
export function notice(code: NoticeCode, message: string, about = ''): void {
  const key = `${code} ${about}`
  if (written.has(key)) return
  written.add(key)
  try {
    // Made here, because Node looks at each character of Unicode to know such a class: 0.3 ms.
    const text = withoutCredentials(message).replace(new RegExp(CONTROLS, 'gu'), ' ')
    print(`logshare: ${text} (${code})\n`)
  } catch {
    // stderr is closed or full.
  }
}

let isWorker = false

/** In a worker of the application: notices take the way of the worker's stderr, through its parent's. */
export function noticeByStream(): void {
  isWorker = true
}

// pm2 replaces `write` in the processes of a cluster: their descriptor leads to the daemon's log, not to their own. What
// is printed when the process exits would be lost that way.
function print(line: string): void {
  const isExiting = (process as { _exiting?: boolean })._exiting === true
  if (isWorker || (!isExiting && Object.hasOwn(process.stderr, 'write')))
    passNotice(line, () => process.stderr.write(line))
  else writeSync(2, line)
}

const USER = /(?<=\/\/)[^\s'"/?#]{0,300}@|(?<![^\s'"(,])[^\s'"/@:]{0,100}:[^\s'"/]{0,300}@/g
const QUERY = /(\/\/[^\s'"?]{1,300}\?)[^\s'"]+/g

/** A text for people: addresses in it are without user, password and query. */
export function withoutCredentials(text: string): string {
  return text.replace(USER, '…@').replace(QUERY, '$1…')
}

/** Message of an error, or the thrown value as text. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Whether an error says that a package is out of reach of this process: it runs outside of the Yarn PnP which its parent is in, and
 * such packages are in a zip. What it prints is recorded all the same, so this is no news.
 */
export function isOutOfReach(error: unknown): boolean {
  if (process.versions.pnp || !/[\\/]\.yarn[\\/]/.test(__dirname)) return false
  return (error as NodeJS.ErrnoException | null)?.code === 'MODULE_NOT_FOUND'
}
