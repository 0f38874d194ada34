// View: the command `logshare view`, which shows logs as a page in the browser.

import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { Command } from 'commander'
import { expected, LogshareError } from '../core/errors.js'
import { reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import { readInheritance } from '../spawn/inherit.js'
import { view } from '../view/server.js'
import { findApplications } from './applications.js'

const HELP = `
The page is on this machine only (127.0.0.1), behind a random token in its address. Nothing is written, nothing is loaded from
elsewhere, and nothing in a log can run. The files are the same that 'logshare merge' reads; what is appended to them is shown.
SIGINT or SIGTERM ends it.

Example:
  $ logshare view app.log*`

interface ViewFlags {
  readonly port: string
  readonly open?: boolean
}

export function createView(): Command {
  return new Command('view')
    .description('Show logs as a page in the browser: all threads and processes on one time axis.')
    .argument(
      '[files...]',
      'log files, in any order; - for standard input (default: those of the running application)',
    )
    .option('--port <number>', 'port to listen on; 0 for any', '0')
    .option('--open', 'open the page in the browser')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(given: readonly string[], { port, open }: ViewFlags): Promise<void> {
  const number = portOf(port)
  const paths = given.length > 0 ? given : await findFiles()
  const failed = (path: string, error: unknown): void => {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'no such file; waiting for it' : message
    process.stderr.write(`logshare: ${path}: ${reason}\n`)
  }
  const viewing = await view(paths, number, failed).catch((cause: unknown) => {
    const message = `--port ${number}: ${reasonOf(cause)}`
    throw new LogshareError('LOGSHARE_ERR_OPTION', message, { cause })
  })
  process.stdout.write(`${viewing.url}\n`)
  if (open) openBrowser(viewing.url)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => viewing.close())
  await viewing.ended
}

function portOf(text: string): number {
  const port = Number(text)
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new LogshareError('LOGSHARE_ERR_OPTION', `--port: ${expected('0 to 65535', text)}`)
}

// The files of the handlers of this user's running applications: root does not open what other users name.
async function findFiles(): Promise<readonly string[]> {
  const user = process.geteuid?.()
  const running = await findApplications(undefined)
  const found = running.filter(({ directory }) => statSync(directory).uid === user)
  const paths = found.flatMap(({ directory }) => {
    const settings = readInheritance(directory)?.settings
    return (settings?.handlers ?? []).flatMap((each) => (each.type === 'file' ? [each.path] : []))
  })
  if (paths.length > 0) return [...new Set(paths)]
  const reason =
    found.length > 0 ? 'the running application writes no log file' : 'no application runs'
  throw new LogshareError('LOGSHARE_ERR_DIR', `${reason}: give the files to show`)
}

// Without a browser the address that was printed is enough.
function openBrowser(url: string): void {
  const [command, ...args] = {
    darwin: ['open'],
    win32: ['cmd', '/c', 'start', '""'],
  }[process.platform as string] ?? ['xdg-open']
  const child = spawn(command as string, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
