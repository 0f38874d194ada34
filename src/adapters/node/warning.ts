// Warning: the adapter for `process.emitWarning`; the warnings that Node prints become records of level warn.

import { process } from '../../core/originals.js'
import { type Adapter, type AdapterContext, terminalRole, whileRelaying } from '../kit/adapter.js'
import { captureStderr } from './stderr.js'

const LEVEL = 40

type Listener = (this: unknown, warning: Error) => void
/** A listener that wraps another one: Node's event emitters return `listener` in its place. */
type Substitute = Listener & { listener?: Listener }

interface Events {
  readonly _events?: { warning?: Listener | Listener[] }
}

export const warningAdapter: Adapter = {
  name: 'warning',

  // Node prints warnings in a listener of its own. It knows all flags and formats, is absent with --no-warnings, and may be
  // removed by the application. Our listener replaces it and calls it; the application still sees Node's listener.
  install(context) {
    if (context.role === 'track' || !context.capture.stderr || isRedirected()) return () => {}
    const original = process.listeners('warning').find(({ name }) => name === 'onWarning')
    if (!original) return () => {}
    const wrapper = wrap(original as Listener, context)
    replace(original as Listener, wrapper)
    return () => replace(wrapper, original as Listener)
  },

  // A child prints itself.
  relay: () => true,
}

function wrap(original: Listener, context: AdapterContext): Listener {
  const onWarning: Substitute = function onWarning(warning) {
    // Node prints through console.error, whose adapter must not capture the text as well.
    const print = (): void => original.call(this, warning)
    const role = terminalRole(context)
    if (role === 'leave') {
      print()
      return
    }
    const text = whileRelaying(() => captureStderr(print, role === 'copy'))
    if (text === '') return
    try {
      record(warning, context)
    } catch {
      if (role === 'claim') process.stderr.write(text) // reading the error threw
    }
  }
  onWarning.listener = original
  return onWarning
}

function replace(from: Listener, to: Listener): void {
  const events = (process as Events)._events
  const held = events?.warning
  if (!events || !held) return
  if (held === from) events.warning = to
  else if (Array.isArray(held) && held.includes(from)) held[held.indexOf(from)] = to
}

// Whether warnings go to a file, which is the child's own.
function isRedirected(): boolean {
  const { NODE_REDIRECT_WARNINGS, NODE_OPTIONS = '' } = process.env
  const flags = [...process.execArgv, ...NODE_OPTIONS.split(' ')]
  return Boolean(NODE_REDIRECT_WARNINGS) || flags.some((flag) => /^--redirect[-_]w/.test(flag))
}

function record(warning: Error, context: AdapterContext): void {
  const { take } = require('../kit/capture/take.js') as typeof import('../kit/capture/take.js')
  take(
    context,
    {
      lib: 'warning',
      name: 'process',
      level: LEVEL,
      msg: `${warning.name}: ${warning.message}`,
      error: warning,
    },
    'copy',
  )
}
