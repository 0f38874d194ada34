// The warning adapter: what Node prints of process.emitWarning becomes a record of level warn.

import { type Adapter, type AdapterContext, whileRelaying } from '../kit/adapter.js'
import { captureStderr, replayStderr } from './stderr.js'

const LEVEL = 40

type Listener = (this: unknown, warning: Error) => void
/** What Node's events know as a listener that stands for another one. */
type Substitute = Listener & { listener?: Listener }

interface Events {
  readonly _events?: { warning?: Listener | Listener[] }
}

export const warningAdapter: Adapter = {
  name: 'warning',

  // Node prints warnings in a listener of its own, which is not there with --no-warnings, which the application may remove,
  // and which knows all flags and formats. Ours stands in its place and lets it print: to all who ask, it is Node's.
  install(context) {
    const { capture, role } = context
    if (role === 'track' || !capture.stderr || isRedirected()) return () => {}
    const nodes = process.listeners('warning').find(({ name }) => name === 'onWarning')
    if (!nodes) return () => {}
    const ours = substitute(nodes as Listener, context)
    replace(nodes as Listener, ours)
    return () => replace(ours, nodes as Listener)
  },

  relay(record, extra) {
    const text = `(node:${record.pid}) ${record.msg}\n`
    replayStderr(record, extra ?? JSON.stringify(text))
    return true
  },
}

function substitute(nodes: Listener, context: AdapterContext): Listener {
  const onWarning: Substitute = function onWarning(warning) {
    // It prints through console.error, which is not to be taken once more.
    const print = (): void => nodes.call(this, warning)
    const text = whileRelaying(() => captureStderr(print, context.role === 'copy'))
    if (text === '') return
    try {
      record(warning, text, context)
    } catch {
      if (context.role === 'take') process.stderr.write(text) // an error that does not let itself be read
    }
  }
  onWarning.listener = nodes
  return onWarning
}

function replace(from: Listener, to: Listener): void {
  const events = (process as Events)._events
  const held = events?.warning
  if (!events || !held) return
  if (held === from) events.warning = to
  else if (Array.isArray(held) && held.includes(from)) held[held.indexOf(from)] = to
}

// Then they go to a file of the child's.
function isRedirected(): boolean {
  const { NODE_REDIRECT_WARNINGS, NODE_OPTIONS = '' } = process.env
  const flags = [...process.execArgv, ...NODE_OPTIONS.split(' ')]
  return Boolean(NODE_REDIRECT_WARNINGS) || flags.some((flag) => /^--redirect[-_]w/.test(flag))
}

function record(warning: Error, text: string, context: AdapterContext): void {
  const { take } = require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
  take(context, {
    lib: 'warning',
    name: 'process',
    level: LEVEL,
    msg: `${warning.name}: ${warning.message}`,
    error: warning,
    extra: context.relays ? JSON.stringify(text) : undefined,
  })
}
