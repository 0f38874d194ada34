// Shown: with the option `redact`, notes the arguments of log calls: bunyan's record has only the text that it made of them.

import * as shimmer from 'shimmer'
import type { Redact } from '../../core/redact.js'
import { isRelaying } from '../kit/adapter.js'
import { textOf } from '../kit/capture/take.js'
import type { Logger, Rec } from './library.js'

const METHODS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

interface Call {
  readonly logger: Logger
  readonly args: readonly unknown[]
  /** The place of the call, for a logger with the option `src`: bunyan finds our function there. */
  readonly src: object | undefined
}

let current: Call | undefined

type Emitter = (this: Logger & { readonly src?: unknown }, ...args: unknown[]) => unknown

/** Returns the undo. */
export function noteCalls(prototype: Logger): () => void {
  const methods = prototype as unknown as Record<(typeof METHODS)[number], Emitter>
  for (const method of METHODS) {
    shimmer.wrap(methods, method, (original) => {
      const log: Emitter = function (...args) {
        if (args.length === 0 || isRelaying()) return original.apply(this, args)
        const before = current
        current = { logger: this, args, src: this.src ? callerOf(log) : undefined }
        try {
          return original.apply(this, args)
        } finally {
          current = before
        }
      }
      return log
    })
  }
  return () => shimmer.massUnwrap([methods], [...METHODS])
}

/** Corrects the place of the call in a record that has one. */
export function correctPlace(logger: Logger, rec: Rec): void {
  if (current?.logger === logger && current.src && rec.src) Object.assign(rec, { src: current.src })
}

/** The record's message without what is to be replaced. */
export function shownMessage(logger: Logger, { msg }: Rec, redact: Redact | undefined): string {
  if (!redact || current?.logger !== logger) return String(msg)
  const given = messageArgs(current.args)
  const shown = redact.args(given)
  return shown === given ? String(msg) : textOf(shown)
}

// The arguments that bunyan's `mkRecord` makes the message of.
function messageArgs(args: readonly unknown[]): readonly unknown[] {
  const [first] = args
  const isMessage = typeof first !== 'object' || Array.isArray(first) || Buffer.isBuffer(first)
  return isMessage ? args : args.slice(1)
}

type Sites = readonly {
  getFileName(): string | null
  getLineNumber(): number | null
  getFunctionName(): string | null
}[]

function callerOf(log: Emitter): object | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = (_error, sites) => sites
    const holder: { stack?: unknown } = {}
    Error.captureStackTrace(holder, log)
    const [site] = holder.stack as Sites
    if (!site) return undefined
    const func = site.getFunctionName()
    return { file: site.getFileName(), line: site.getLineNumber(), ...(func && { func }) }
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}
