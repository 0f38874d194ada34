// Capture: what signale writes becomes a record. A call of a method is seen by `_logger`, and its text by `_log`.

import { basename } from 'node:path'
import { process } from '../../core/originals.js'
import {
  type AdapterContext,
  isRead,
  isRelaying,
  terminalRole,
  whileRelaying,
} from '../kit/adapter.js'
import { shownArgs, take } from '../kit/capture/take.js'
import { type FileText, fileInRoot, packFiles } from '../kit/files.js'
import { tryCapture } from '../kit/guard.js'
import { OWN_DIRECTORY } from '../kit/identity/callsite.js'
import { isEnabled } from './levels.js'
import { listOf, type Signale } from './library.js'
import { type Call, toRecord } from './record.js'

/** The call that `_logger` is formatting. */
let current: Call | undefined

export function captureCalls(original: Signale['_logger']): Signale['_logger'] {
  return function _logger(this: Signale, type, ...args) {
    const before = current
    current = { type, args }
    try {
      original.call(this, type, ...args)
    } finally {
      current = before
    }
  }
}

export function captureTexts(original: Signale['_log'], context: AdapterContext): Signale['_log'] {
  return function _log(this: Signale, text, streams = this._stream, level) {
    const call = current
    current = undefined
    if (isRelaying()) return original.call(this, text, streams, level)
    if (!isEnabled(this, level, context)) return
    const { kept, files, isData } = sort(listOf(streams), text, context)
    if (isData || (files.length === 0 && !isRead(context)))
      return original.call(this, text, streams, level)
    const isTaken = tryCapture('signale', () => {
      const shown =
        call && context.redacts ? { ...call, args: shownArgs(context, call.args) } : call
      const extra = files.length === 0 ? undefined : packFiles(files)
      take(context, toRecord(this, { text, level, call: shown }, extra), extra ? 'take' : 'copy')
    })
    const left = isTaken ? kept : streams
    whileRelaying(() => original.call(this, text, left, level))
  }
}

interface Sorted {
  /** The streams that this thread writes to. */
  readonly kept: readonly unknown[]
  /** What the root writes. */
  readonly files: readonly FileText[]
  /** Whether all streams are standard streams whose output is data. */
  readonly isData: boolean
}

function sort(streams: readonly unknown[], text: string, context: AdapterContext): Sorted {
  const { capture } = context
  const isOwned = terminalRole(context) === 'claim'
  const kept: unknown[] = []
  const files: FileText[] = []
  let isData = true
  for (const stream of streams) {
    const name =
      stream === process.stdout ? 'stdout' : stream === process.stderr ? 'stderr' : undefined
    const path = name ? undefined : fileInRoot(stream, context)
    if (!name || capture[name]) isData = false
    if (path !== undefined) files.push([path, `${text}\n`])
    else if (!name || !capture[name] || !isOwned) kept.push(stream)
  }
  return { kept, files, isData }
}

type Sites = readonly { getFileName(): string | null | undefined }[]

/** The library's getter `filename`, which looks for the nearest file on the stack that is not its own, nor ours. */
export function findFilename(): string {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = stackTraceLimit + 1
    Error.prepareStackTrace = (_error, sites) => sites
    const sites = new Error().stack as unknown as Sites
    const files = sites
      .map((site) => site.getFileName())
      .filter((file) => !file?.startsWith(OWN_DIRECTORY))
    const found = files.find((file) => file !== files[0])
    return found ? basename(found) : 'anonymous'
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}
