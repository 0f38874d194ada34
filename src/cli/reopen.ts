// Reopen: the command `logshare reopen`, which makes running applications reopen log files that were moved away.

import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkOwned, listDirectories } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import { holderOf } from '../core/lock.js'
import { reasonOf } from '../core/notice.js'
import { process, setTimeout, wallNow } from '../core/originals.js'
import { clearReopenRequest, isReopenRequested, requestReopen } from '../listener/reopen.js'
import { listOthers } from './others.js'

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
    .argument('[applications...]', 'runtime directories or process ids (default: all of this user)')
    .addHelpText('after', HELP)
    .action(reopen)
}

async function reopen(given: readonly string[]): Promise<void> {
  const directories = given.length > 0 ? given.flatMap(find) : listDirectories().filter(isRunning)
  const others = given.length === 0 ? reopenOthers() : 0
  if (directories.length + others === 0)
    process.stderr.write('logshare: no application of this user runs\n')
  for (const directory of directories) ask(directory)
  const until = wallNow() + LIMIT
  const silent: string[] = []
  for (const directory of directories)
    if (!(await answers(directory, until))) silent.push(directory)
  if (silent.length === 0) return
  const limit = `no answer within ${LIMIT / 1000} s`
  throw new LogshareError('LOGSHARE_ERR_DIR', `${silent.join(', ')}: ${limit}`)
}

// The superuser's logrotate is for all users. Each application is asked as its own user, who may not be trusted.
// Returns how many there are.
function reopenOthers(): number {
  if (process.getuid?.() !== 0) return 0
  const others = listOthers()
  for (const { directory, uid, gid } of others) {
    const command = [process.argv[1] ?? '', 'reopen', directory]
    const { status } = spawnSync(process.execPath, command, {
      uid,
      gid,
      cwd: '/',
      stdio: 'inherit',
    })
    if (status === 0) continue
    process.stderr.write(`logshare: ${directory}: run this command as user ${uid}\n`)
    process.exitCode = 1
  }
  return others.length
}

// A process without children has no runtime directory. It notices moved files by itself, when it writes.
function find(name: string): string[] {
  if (!/^\d+$/.test(name)) return [resolve(name)]
  const found = listDirectories().filter((directory) => holderOf(directory) === Number(name))
  if (found.length > 0) return found
  throw new LogshareError(
    'LOGSHARE_ERR_DIR',
    `${name}: not a root process with children; if its LOGSHARE_DIR is set, give that directory instead`,
  )
}

function isRunning(directory: string): boolean {
  return holderOf(directory) !== undefined
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
  while (isReopenRequested(directory)) {
    if (wallNow() > until) {
      clearReopenRequest(directory) // withdraws the request
      return false
    }
    await new Promise((done) => setTimeout(done, INTERVAL))
  }
  return true
}
