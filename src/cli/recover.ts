// Recover: the command `logshare recover`, which writes what killed applications left in their runtime directories.

import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkOwned, listDirectories } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import { isLocked, takeLock } from '../core/lock.js'
import { process } from '../core/originals.js'
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
    .addHelpText('after', HELP)
    .action(recover)
}

function recover(given: readonly string[]): void {
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
    if (!inheritance?.settings || !takeLock(directory)) continue
    const records = drain(directory, inheritance.settings, inheritance.isCollector)
    process.stderr.write(`${directory}: ${records} records recovered\n`)
  }
}
