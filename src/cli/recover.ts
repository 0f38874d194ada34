// Recover: the command `logshare recover`, which writes what killed applications left in their runtime directories.

import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkOwned, listDirectories } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import { isLocked, takeLock } from '../core/lock.js'
import { readInheritance } from '../spawn/inherit.js'
import { drain } from '../tree/successor.js'

const HELP = `
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
      "load the handlers' modules (type module), whose paths are in the runtime directory",
    )
    .addHelpText('after', HELP)
    .action(recover)
}

function recover(given: readonly string[], { modules = false }: { modules?: boolean }): void {
  const directories = given.length > 0 ? given.map((path) => resolve(path)) : listDirectories()
  for (const directory of directories) {
    checkOwned(directory)
    if (isLocked(directory)) {
      if (given.length === 0) continue
      throw new LogshareError('LOGSHARE_ERR_DIR', `${directory}: in use by a running application`)
    }
    const inheritance = readInheritance(directory)
    if (!inheritance?.settings && given.length > 0) {
      throw new LogshareError(
        'LOGSHARE_ERR_DIR',
        `${directory}: not a runtime directory of logshare`,
      )
    }
    if (!inheritance?.settings) continue
    if (!modules && inheritance.settings.handlers.some(({ type }) => type === 'module')) {
      // Code is never loaded on the word of a file in the runtime directory alone.
      const what = 'it has a handler of the type module: add --modules to load that code'
      process.stderr.write(`logshare: ${directory}: not recovered, ${what}\n`)
      process.exitCode = 1
      continue
    }
    if (!takeLock(directory)) continue
    const records = drain(directory, inheritance.settings, inheritance.isCollector)
    process.stderr.write(`${directory}: ${records} records recovered\n`)
  }
}
