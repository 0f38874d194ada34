// Capture: what consola gives to its reporters becomes a record.

import { process } from '../../core/originals.js'
import {
  type AdapterContext,
  isRead,
  isRelaying,
  terminalRole,
  whileRelaying,
} from '../kit/adapter.js'
import { shownArgs, take } from '../kit/capture/take.js'
import { fileInRoot, packFiles } from '../kit/files.js'
import { tryCapture } from '../kit/guard.js'
import { type Consola, isOwn, type LogObject, type Options, streamOf } from './library.js'
import { toRecord } from './record.js'
import { hideFrames } from './trace.js'

/** The replacement for `_log`, which calls the reporters. */
export function capture(original: Consola['_log'], context: AdapterContext): Consola['_log'] {
  return function _log(this: Consola, object) {
    const { options } = this
    const act = (frames: number): void => {
      if (object.type !== 'trace') original.call(this, object)
      else hideFrames(options, frames, () => original.call(this, object))
    }
    if (isRelaying()) return act(4)
    const stream = streamOf(options, object.level)
    const path = options.reporters.some(isOwn) ? fileInRoot(stream, context) : undefined
    const isPlain = path === undefined && !isRead(context)
    if (isPlain || isOnlyData(options, stream, context)) return act(4)
    const texts: string[] = []
    try {
      if (path !== undefined) report(options, object, into(texts, options))
      else if (isClaimed(stream, context)) report(options, object)
      else whileRelaying(() => act(6))
    } finally {
      tryCapture('consola', () => {
        const args = context.redacts ? shownArgs(context, object.args) : object.args
        const files = texts.map((text) => [path ?? '', text] as const)
        const extra = files.length === 0 ? undefined : packFiles(files)
        take(context, toRecord(object, args, extra), extra ? 'take' : 'copy')
      })
    }
  }
}

/** Calls the reporters as the library does: its own ones with `own` for options, or not at all. */
function report(options: Options, object: LogObject, own?: Options): void {
  whileRelaying(() => {
    for (const reporter of options.reporters) {
      const given = isOwn(reporter) ? own : options
      if (given) reporter.log(object, { options: given })
    }
  })
}

/** The options with streams that put into `texts` what is written to them. */
function into(texts: string[], options: Options): Options {
  const stream = { value: { write: (text: unknown) => texts.push(String(text)) } }
  return Object.create(options, { stdout: stream, stderr: stream }) as Options
}

function isOnlyData({ reporters }: Options, stream: object, { capture }: AdapterContext): boolean {
  const name = nameOf(stream)
  return name !== undefined && !capture[name] && reporters.length > 0 && reporters.every(isOwn)
}

function isClaimed(stream: object, context: AdapterContext): boolean {
  const name = nameOf(stream)
  return name !== undefined && context.capture[name] && terminalRole(context) === 'claim'
}

function nameOf(stream: object): 'stdout' | 'stderr' | undefined {
  if (stream === process.stdout) return 'stdout'
  return stream === process.stderr ? 'stderr' : undefined
}
