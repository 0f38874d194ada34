// `logshare ps`: who logs, how much, and how far the listener is behind, for applications that run.

import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { LogshareError } from '../core/errors.js'
import { type Application, look } from './applications.js'
import { type Measured, measure, show } from './tree.js'

interface PsOptions {
  readonly watch?: boolean
  readonly json?: boolean
}

/** Milliseconds between two looks, which numbers a second are made of. */
const INTERVAL = 1000
const CLEAR = '\x1b[H\x1b[J'

export function createPs(): Command {
  return new Command('ps')
    .description(
      'Show the threads and processes of running applications: what they log, in total and a second, what waits in ' +
        'their queues, what was dropped. An application is there from its first thread or child process on.',
    )
    .argument(
      '[target]',
      'runtime directory, or process id of any part of an application (default: all of this user)',
    )
    .option('--watch', 'each second anew, until SIGINT')
    .option('--json', 'as JSON, one line each time')
    .action(run)
}

async function run(target: string | undefined, { watch, json }: PsOptions): Promise<void> {
  if (watch) process.once('SIGINT', () => process.exit(0))
  let before = await lookFor(target)
  do {
    await sleep(INTERVAL)
    const now = await look(target)
    const found = now.map((each) => measure(each, before))
    if (found.length === 0) {
      process.stderr.write('logshare: ended\n')
      return
    }
    print(found, { watch: watch ?? false, json: json ?? false })
    before = now
  } while (watch)
}

// Throws `LOGSHARE_ERR_DIR` if nobody is there.
async function lookFor(target: string | undefined): Promise<readonly Application[]> {
  const found = await look(target)
  if (found.length > 0) return found
  const message =
    target === undefined
      ? 'no application of this user runs with logshare and has a thread or child process'
      : `${target}: no application runs there with logshare and has a thread or child process`
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
  const text = found.map(show).join('\n')
  if (watch && process.stdout.isTTY) process.stdout.write(CLEAR + text)
  else process.stdout.write(watch ? `${text}\n` : text)
}
