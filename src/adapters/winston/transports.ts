// Transports: tells winston's transports to this thread's stdout and stderr from all others, and which records each takes.

import { resolve } from 'node:path'
import type { AdapterContext } from '../kit/adapter.js'
import { standardOf } from '../kit/capture/stdio.js'
import { Leads, ownedLeads, terminalLead } from '../kit/leads.js'
import { pathOf } from '../kit/paths.js'
import { type Info, type Logger, levelName, type Transport } from './library.js'

/** A Console transport chooses the stream by level; 1 and 2: a Stream transport to stdout or stderr. */
type Terminal = 'console' | 1 | 2

const terminals = new WeakMap<Transport, Terminal | false>()

/** Whether the transport writes to this thread's stdout or stderr. */
export function isTerminal(transport: Transport): boolean {
  return terminalOf(transport) !== false
}

/** The transport itself; of a wrapper (ExceptionStream, RejectionStream, legacy transports), what it wraps. */
export function innermost(transport: Transport): Transport {
  return transport.transport ?? transport
}

function terminalOf(given: Transport): Terminal | false {
  const transport = innermost(given)
  let terminal = terminals.get(transport)
  if (terminal === undefined) {
    terminal = findTerminal(transport)
    terminals.set(transport, terminal)
  }
  return terminal
}

function findTerminal({ consoleWarnLevels, isObjectMode, _stream }: Transport): Terminal | false {
  if (consoleWarnLevels !== undefined) return 'console'
  // Only a Stream transport has `isObjectMode`.
  return isObjectMode === undefined || !_stream ? false : (standardOf(_stream) ?? false)
}

/** The path of the file that the transport writes. */
export function fileOf(transport: Transport): string | undefined {
  const { dirname, filename, _basename, _stream } = innermost(transport)
  const name = _basename ?? filename
  if (name !== undefined) return resolve(dirname ?? '', name)
  return isTerminal(transport) ? undefined : pathOf(_stream)
}

const files = new WeakMap<Transport, boolean>()

/** Whether the transport writes a file. A child writes the others itself: they print, or are the application's own. */
export function isFile(transport: Transport): boolean {
  let is = files.get(transport)
  if (is === undefined) {
    is = fileOf(transport) !== undefined
    files.set(transport, is)
  }
  return is
}

/** The transports to files. */
export function filesAmong({ transports }: Pick<Logger, 'transports'>): readonly Transport[] {
  return transports.every(isFile) ? transports : transports.filter(isFile)
}

/** Whether a console handler shows what the transport would print. */
export function isOwned(transport: Transport, context: AdapterContext): boolean {
  const { consoleWarnLevels, _stream = {} } = innermost(transport)
  const lead = consoleWarnLevels ? Leads.PARENT : terminalLead(_stream)
  return (ownedLeads(context) & lead) !== 0
}

/** Whether the transport prints the info to a stream of this thread that is the root's as well. */
export function isLogOutput(
  transport: Transport,
  info: Info,
  { capture }: AdapterContext,
): boolean {
  const terminal = terminalOf(transport)
  if (terminal === false) return false
  if (terminal !== 'console') return terminal === 1 ? capture.stdout : capture.stderr
  const { stderrLevels, consoleWarnLevels } = innermost(transport)
  const name = levelName(info)
  return stderrLevels?.[name] || consoleWarnLevels?.[name] ? capture.stderr : capture.stdout
}

/** Whether the logger's transport would write the info. */
export function accepts(logger: Logger, transport: Transport, info: Info): boolean {
  const { name } = transport.constructor
  if (name === 'ExceptionStream') return info.exception === true
  if (name === 'RejectionStream') return info.rejection === true
  if (logger.silent || transport.silent) return false
  if (info.exception === true && !transport.handleExceptions) return false
  // A plain stream, which does not know levels.
  if (!transport.levels) return true
  return isEnabled(logger, transport.level || logger.level, info)
}

/**
 * Whether handlers get a record of the info: it is written by a transport, and not only to a stream that another program
 * reads. If the logger has no transports, its level decides.
 */
export function isLogged(logger: Logger, info: Info, context: AdapterContext): boolean {
  const { transports, silent, levels } = logger
  if (silent || levels[levelName(info)] === undefined) return false
  if (transports.length === 0) return isEnabled(logger, logger.level, info)
  return transports.some(
    (each) =>
      accepts(logger, each, info) && (!isTerminal(each) || isLogOutput(each, info, context)),
  )
}

function isEnabled({ levels }: Logger, level: string, info: Info): boolean {
  const rank = levels[levelName(info)]
  return rank !== undefined && (!level || (levels[level] ?? Number.NEGATIVE_INFINITY) >= rank)
}
