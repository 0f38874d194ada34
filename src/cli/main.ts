#!/usr/bin/env node

// Main: the command `logshare`. Each subcommand is in a file of its own.

import { Command } from 'commander'
import { LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'

const { version } = require('../../package.json') as { version: string }

const HELP = `
Example:
  $ logshare run --file app.log app.js

'logshare <command> --help' describes a command.`

// Each loads what it needs, so only the one that is called is loaded; all of them for the help.
const COMMANDS: Readonly<Record<string, () => Command>> = {
  run: () => (require('./run.js') as typeof import('./run.js')).createRun(),
  merge: () => (require('./merge.js') as typeof import('./merge.js')).createMerge(),
  recover: () => (require('./recover.js') as typeof import('./recover.js')).createRecover(),
  reopen: () => (require('./reopen.js') as typeof import('./reopen.js')).createReopen(),
  collect: () => (require('./collect.js') as typeof import('./collect.js')).createCollect(),
  view: () => (require('./view.js') as typeof import('./view.js')).createView(),
  ps: () => (require('./ps.js') as typeof import('./ps.js')).createPs(),
  init: () => (require('./init.js') as typeof import('./init.js')).createInit(),
  doctor: () =>
    (require('./doctor/command.js') as typeof import('./doctor/command.js')).createDoctor(version),
}

const [, , called = ''] = process.argv
const names = Object.hasOwn(COMMANDS, called) ? [called] : Object.keys(COMMANDS)
const program = new Command('logshare')
  .description('One log for every thread and process of a Node.js application.')
  .version(version)
  .enablePositionalOptions()
  .addHelpText('after', HELP)
for (const name of names) program.addCommand((COMMANDS[name] as () => Command)())

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof LogshareError)) throw error
  process.stderr.write(`logshare: ${error.message} (${error.code})\n`)
  process.exitCode = 1
})
