// Reopen: the command `logshare reopen`, which makes running applications reopen log files that were moved away.

import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkOwned } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import { holderOf } from '../core/lock.js'
import { reasonOf } from '../core/notice.js'
import { process, setTimeout, wallNow } from '../core/originals.js'
import { clearReopenRequest, isReopenRequested, requestReopen } from '../listener/reopen.js'
import { asOwner, listAll } from './owner.js'

/** Longest time (ms) to wait for an application's answer, and between two checks for it. */
const LIMIT = 10_000
const INTERVAL = 20

const HELP = `
Example, in the configuration of logrotate:
  postrotate
    npx logshare reopen
  endscript`

export function createReopen(): Command {
  return new Command('reopen')
    .description(
      'Make running applications reopen log files that were moved away, for example by logrotate. Returns when nothing ' +
        'is written to the moved files any more.',
    )
    .argument(
      '[applications...]',
      'runtime directories or process ids (default: all of this user, for root of all users)',
    )
    .addHelpText('after', HELP)
    .action(reopen)
}

async function reopen(given: readonly string[]): Promise<void> {
  const directories = given.length > 0 ? given.flatMap(find) : listAll().filter(isRunning)
  if (directories.length === 0) {
    process.stderr.write('logshare: no application of this user runs\n')
    process.exitCode = 1
  }
  for (const directory of directories) asOwner(directory, () => ask(directory))
  const until = wallNow() + LIMIT
  const silent: string[] = []
  for (const directory of directories)
    if (!(await answers(directory, until))) silent.push(directory)
  if (silent.length === 0) return
  const limit = `no answer within ${LIMIT / 1000} s`
  throw new LogshareError('LOGSHARE_ERR_DIR', `${silent.join(', ')}: ${limit}`)
}

// A process without children has no runtime directory. It notices moved files by itself, when it writes.
function find(name: string): string[] {
  if (!/^\d+$/.test(name)) return [resolve(name)]
  const isHeld = (directory: string): boolean =>
    asOwner(directory, () => holderOf(directory)) === Number(name)
  const found = listAll().filter(isHeld)
  if (found.length > 0) return found
  throw new LogshareError(
    'LOGSHARE_ERR_DIR',
    `${name}: not a root process with children; if its LOGSHARE_DIR is set, give that directory instead`,
  )
}

function isRunning(directory: string): boolean {
  return asOwner(directory, () => holderOf(directory)) !== undefined
}

function ask(directory: string): void {
  checkOwned(directory)
  if (!isRunning(directory)) {
    throw new LogshareError('LOGSHARE_ERR_DIR', `${directory}: no running application`)
  }
  try {
    requestReopen(directory)
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_DIR', `${directory}: ${reasonOf(cause)}`, { cause })
  }
}

async function answers(directory: string, until: number): Promise<boolean> {
  while (asOwner(directory, () => isReopenRequested(directory))) {
    if (wallNow() > until) {
      asOwner(directory, () => clearReopenRequest(directory)) // withdraws the request
      return false
    }
    await new Promise((done) => setTimeout(done, INTERVAL))
  }
  return true
}
