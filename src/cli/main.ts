#!/usr/bin/env node

// Main: the command `logshare`. Each subcommand is in a file of its own.

import { Command } from 'commander'
import { LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'
import { createCollect } from './collect.js'
import { createDoctor } from './doctor/command.js'
import { createInit } from './init.js'
import { createMerge } from './merge.js'
import { createPs } from './ps.js'
import { createRecover } from './recover.js'
import { createReopen } from './reopen.js'
import { createRun } from './run.js'

const { version } = require('../../package.json') as { version: string }

const HELP = `
Example:
  $ logshare run --file app.log app.js

'logshare <command> --help' describes a command.`

const program = new Command('logshare')
  .description('One log for every thread and process of a Node.js application.')
  .version(version)
  .enablePositionalOptions()
  .addCommand(createRun())
  .addCommand(createMerge())
  .addCommand(createRecover())
  .addCommand(createReopen())
  .addCommand(createCollect())
  .addCommand(createPs())
  .addCommand(createInit())
  .addCommand(createDoctor(version))
  .addHelpText('after', HELP)

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof LogshareError)) throw error
  process.stderr.write(`logshare: ${error.message} (${error.code})\n`)
  process.exitCode = 1
})
