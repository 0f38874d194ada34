// `logshare reopen`: tells running applications that their log files were moved away, and waits until they have looked.

import { resolve } from 'node:path'
import { Command } from 'commander'
import { checkOwned, listDirectories } from '../core/directory.js'
import { LogshareError } from '../core/errors.js'
import { holderOf } from '../core/lock.js'
import { reasonOf } from '../core/notice.js'
import { answer, askToReopen, isAsked } from '../listener/request.js'

/** Milliseconds an application may take to answer. */
const LIMIT = 10_000
const PAUSE = 20

export function createReopen(): Command {
  return new Command('reopen')
    .description(
      'Have running applications go on in new log files where theirs were moved away: for the postrotate ' +
        'script of logrotate. Returns when nothing is written into the old ones any more.',
    )
    .argument('[applications...]', 'runtime directories or process ids (default: all of this user)')
    .action(reopen)
}

async function reopen(given: readonly string[]): Promise<void> {
  const directories = given.length > 0 ? given.flatMap(find) : listDirectories().filter(isRunning)
  for (const directory of directories) ask(directory)
  const until = Date.now() + LIMIT
  const silent: string[] = []
  for (const directory of directories)
    if (!(await answers(directory, until))) silent.push(directory)
  if (silent.length === 0) return
  const limit = `no answer in ${LIMIT / 1000} s`
  throw new LogshareError('LOGSHARE_ERR_DIR', `${silent.join(', ')}: ${limit}`)
}

// A process without children has no runtime directory: its files are looked for with each record.
function find(name: string): string[] {
  if (!/^\d+$/.test(name)) return [resolve(name)]
  const found = listDirectories().filter((directory) => holderOf(directory) === Number(name))
  if (found.length > 0) return found
  throw new LogshareError(
    'LOGSHARE_ERR_DIR',
    `${name}: no process that writes a log for its children; name its runtime directory if LOGSHARE_DIR is set`,
  )
}

function isRunning(directory: string): boolean {
  return holderOf(directory) !== undefined
}

function ask(directory: string): void {
  checkOwned(directory)
  if (!isRunning(directory)) {
    throw new LogshareError('LOGSHARE_ERR_DIR', `${directory}: no application is running there`)
  }
  try {
    askToReopen(directory)
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_DIR', `${directory}: ${reasonOf(cause)}`, { cause })
  }
}

async function answers(directory: string, until: number): Promise<boolean> {
  while (isAsked(directory)) {
    if (Date.now() > until) {
      answer(directory) // it is not asked for any more
      return false
    }
    await new Promise((done) => setTimeout(done, PAUSE))
  }
  return true
}
