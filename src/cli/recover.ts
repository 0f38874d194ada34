// Recover: the command `logshare recover`, which writes what killed applications left in their runtime directories.

import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkOwned, listDirectories } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import { isLocked, takeLock } from '../core/lock.js'
import { process } from '../core/originals.js'
import { readInheritance } from '../spawn/inherit.js'
import { drain } from '../tree/successor.js'

/** Types of handlers that load code which their options name. */
const LOADS_CODE: readonly string[] = ['module', 'pino']

const HELP = `
Exit code: 1 if there was nothing to recover, or records could not be written, because a disk is full or a receiver is away.
They are kept for the next call.

Example:
  $ logshare recover`

export function createRecover(): Command {
  return new Command('recover')
    .description(
      'Write the records that killed applications left in their queues, with the handlers of those applications. ' +
        'Running applications are not touched.',
    )
    .argument('[directories...]', 'runtime directories (default: all of this user)')
    .option(
      '--modules',
      "load the handlers' modules (types module and pino), whose paths are in the runtime directory",
    )
    .addHelpText('after', HELP)
    .action(recover)
}

// A directory whose records cannot be written does not keep the others from being recovered.
function recover(given: readonly string[], { modules = false }: { modules?: boolean }): void {
  const directories = given.length > 0 ? given.map((path) => resolve(path)) : listDirectories()
  let found = 0
  for (const directory of directories) {
    try {
      if (recoverOne(directory, given.length > 0, modules)) found++
    } catch (error) {
      if (!(error instanceof LogshareError)) throw error
      found++
      process.stderr.write(`logshare: ${nameIn(directory, error.message)} (${error.code})\n`)
      process.exitCode = 1
    }
  }
  if (found > 0) return
  process.stderr.write('logshare: nothing to recover\n')
  process.exitCode = 1
}

// Returns whether there was something to recover. Throws `LogshareError`.
function recoverOne(directory: string, isGiven: boolean, modules: boolean): boolean {
  checkOwned(directory)
  if (isLocked(directory)) {
    if (!isGiven) return false
    throw new LogshareError('LOGSHARE_ERR_DIR', `${directory}: in use by a running application`)
  }
  const inheritance = readInheritance(directory)
  if (!inheritance?.settings && isGiven) {
    throw new LogshareError('LOGSHARE_ERR_DIR', `${directory}: not a runtime directory of logshare`)
  }
  if (!inheritance?.settings) return false
  if (!modules && inheritance.settings.handlers.some(({ type }) => LOADS_CODE.includes(type))) {
    // Code is never loaded on the word of a file in the runtime directory alone.
    const what = 'it has a handler of the type module or pino: add --modules to load that code'
    process.stderr.write(`logshare: ${directory}: not recovered, ${what}\n`)
    process.exitCode = 1
    return true
  }
  if (!takeLock(directory)) return false
  const records = drain(directory, inheritance.settings, inheritance.isCollector)
  if (records === undefined) {
    const reason = 'not all records could be written, the rest is kept'
    throw new LogshareError('LOGSHARE_ERR_HANDLER', `${directory}: ${reason}`)
  }
  process.stderr.write(`${directory}: ${records} records recovered\n`)
  return true
}

function nameIn(directory: string, message: string): string {
  return message.includes(directory) ? message : `${directory}: ${message}`
}
