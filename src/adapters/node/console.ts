// Console: the adapter for the global console, whose calls become records named `console`.

import * as shimmer from 'shimmer'
import { process } from '../../core/originals.js'
import {
  type Adapter,
  type AdapterContext,
  isRelaying,
  terminalRole,
  whileRelaying,
} from '../kit/adapter.js'
import { begun, isForwarded, isMocked, listen } from '../kit/capture/stdio.js'

type Method = 'log' | 'info' | 'debug' | 'warn' | 'error' | 'dir' | 'dirxml'
type ConsoleMethod = (...args: unknown[]) => void

// trace, assert, table, count, time and group call one of these.
const METHODS: Readonly<
  Record<Method, { readonly level: number; readonly stream: 'stdout' | 'stderr' }>
> = {
  log: { level: 30, stream: 'stdout' },
  info: { level: 30, stream: 'stdout' },
  debug: { level: 20, stream: 'stdout' },
  warn: { level: 40, stream: 'stderr' },
  error: { level: 50, stream: 'stderr' },
  dir: { level: 30, stream: 'stdout' },
  dirxml: { level: 30, stream: 'stdout' },
}

export const consoleAdapter: Adapter = {
  name: 'console',

  install(context) {
    if (context.role === 'track') return () => {}
    const methods = (Object.keys(METHODS) as Method[]).filter(
      (method) => context.capture[METHODS[method].stream],
    )
    const undoIndentation = trackIndentation()
    const { wrapTexts } = context.redacts ? requireTexts() : NO_TEXTS
    const undoTexts = wrapTexts(context, (change) => {
      changeText = change
    })
    for (const method of methods) {
      shimmer.wrap(console, method, (original) => wrap(method, original as ConsoleMethod, context))
    }
    return () => {
      shimmer.massUnwrap([console], methods)
      undoIndentation()
      undoTexts()
    }
  },

  // A child prints itself.
  relay: () => true,
}

function wrap(method: Method, original: ConsoleMethod, context: AdapterContext): ConsoleMethod {
  const { stream } = METHODS[method]
  // Has the original's name, so that stack traces read the same.
  return {
    [method](this: unknown, ...args: unknown[]) {
      const role = isRelaying() || isForwarded(stream) ? 'leave' : terminalRole(context)
      // A `write` that the application has put in its place gets the text; what it passes on becomes a record there.
      if (role === 'leave' || (role === 'claim' && isMocked(process[stream]))) {
        original.apply(this, args)
        return
      }
      const start = begun[stream]?.() ?? ''
      const printed = role === 'copy' ? print(method, original, this, args, context) : undefined
      record(method, args, { start, printed }, context)
    },
  }[method] as ConsoleMethod
}

// Returns what the console has printed, if the record has the same text: it is not formatted again.
function print(
  method: Method,
  original: ConsoleMethod,
  self: unknown,
  args: unknown[],
  { redacts }: AdapterContext,
): string | undefined {
  const act = (): void => whileRelaying(() => original.apply(self, args))
  const isText = args.length === 1 && typeof args[0] === 'string' && method !== 'dir'
  if (isText || redacts || changeText || isMocked(process[METHODS[method].stream])) {
    act()
    return undefined
  }
  const printed = listen(act)
  return printed?.endsWith('\n') && !printed.includes('\u001b') ? printed.slice(0, -1) : undefined
}

interface Printed {
  /** What had been printed of the line before. */
  readonly start: string
  readonly printed: string | undefined
}

function record(
  method: Method,
  args: readonly unknown[],
  { start, printed }: Printed,
  context: AdapterContext,
): void {
  takeModule ??= require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
  const { level } = METHODS[method]
  takeModule.take(
    context,
    {
      lib: 'console',
      name: 'console',
      level,
      msg: takeModule.withoutColours(start) + (printed ?? textFor(method, args, context)),
      error: takeModule.errorAmong(args),
    },
    'copy',
  )
}

// Without the colours that a terminal gets.
function textFor(method: Method, args: readonly unknown[], context: AdapterContext): string {
  const { shownArgs, inspectionOf, textOf } = takeModule as NonNullable<typeof takeModule>
  const shown = shownArgs(context, args)
  const given = method === 'dir' ? inspectionOf(shown) : textOf(shown)
  return indent(changeText?.(given) ?? given)
}

// Loaded with the first record, because every process has this adapter and most print little.
let takeModule: typeof import('../kit/capture/take.js') | undefined

// What the record of the next call says instead of the text that is printed.
let changeText: ((text: string) => string) | undefined

const NO_TEXTS = { wrapTexts: () => () => {} }

function requireTexts(): typeof import('./texts.js') {
  return require('./texts.js') as typeof import('./texts.js')
}

let indentation = ''

function indent(text: string): string {
  return indentation === '' ? text : text.replace(/^/gm, indentation)
}

// The console indents below the methods that are wrapped, so the groups are counted here.
function trackIndentation(): () => void {
  const deeper = (original: ConsoleMethod): ConsoleMethod =>
    function group(this: unknown, ...args: unknown[]) {
      original.apply(this, args)
      indentation += '  '
    }
  shimmer.massWrap([console], ['group', 'groupCollapsed'], deeper as never)
  shimmer.wrap(console, 'groupEnd', (original) => {
    return function groupEnd(this: unknown) {
      original.apply(this)
      indentation = indentation.slice(2)
    }
  })
  return () => shimmer.massUnwrap([console], ['group', 'groupCollapsed', 'groupEnd'])
}
