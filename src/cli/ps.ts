// Ps: the command `logshare ps`, which shows the producers of running applications and their queues.

import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'
import { type Application, findApplications } from './applications.js'
import { type Measured, measure } from './rates.js'
import { formatApplication } from './table.js'

interface PsOptions {
  readonly watch?: boolean
  readonly json?: boolean
}

/** Time (ms) between two queries; rates are computed from their difference. */
const INTERVAL = 1000
const CLEAR = '\x1b[H\x1b[J'

const HELP = `
Example:
  $ logshare ps --watch 4711`

export function createPs(): Command {
  return new Command('ps')
    .description(
      'Show the threads and processes of running applications: records and bytes in total and per second, how full ' +
        'their queues are, and how many records were dropped. An application is listed once it has started a thread ' +
        'or child process.',
    )
    .argument(
      '[target]',
      'runtime directory, or id of any process of an application (default: all applications of this user, for root of all users)',
    )
    .option('--watch', 'repeat every second until SIGINT')
    .option('--json', 'print one line of JSON per query')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(target: string | undefined, { watch, json }: PsOptions): Promise<void> {
  if (watch) process.once('SIGINT', () => process.exit(0))
  let before = await lookFor(target)
  do {
    await sleep(INTERVAL)
    const now = await findApplications(target)
    const found = now.map((each) => measure(each, before))
    if (found.length === 0) {
      process.stderr.write('logshare: the application has ended\n')
      return
    }
    print(found, { watch: watch ?? false, json: json ?? false })
    before = now
  } while (watch)
}

// Throws `LOGSHARE_ERR_DIR` if there is no application.
async function lookFor(target: string | undefined): Promise<readonly Application[]> {
  const found = await findApplications(target)
  if (found.length > 0) return found
  const message =
    target === undefined
      ? 'this user runs no application with logshare that has a thread or child process'
      : `${target}: no running application with logshare that has a thread or child process`
  throw new LogshareError('LOGSHARE_ERR_DIR', message)
}

function print(
  found: readonly Measured[],
  { watch, json }: { watch: boolean; json: boolean },
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(found)}\n`)
    return
  }
  const text = found.map(formatApplication).join('\n')
  if (watch && process.stdout.isTTY) process.stdout.write(CLEAR + text)
  else process.stdout.write(watch ? `${text}\n` : text)
}
