#!/usr/bin/env node
// The command `logshare`: one file a subcommand.

import { Command } from 'commander'
import { LogshareError } from '../core/errors.js'
import { createCollect } from './collect.js'
import { createRecover } from './recover.js'
import { createRun } from './run.js'

const { version } = require('../../package.json') as { version: string }

const program = new Command('logshare')
  .description('One log for every thread and process of a Node.js application.')
  .version(version)
  .enablePositionalOptions()
  .addCommand(createRun())
  .addCommand(createRecover())
  .addCommand(createCollect())

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof LogshareError)) throw error
  process.stderr.write(`logshare: ${error.message} (${error.code})\n`)
  process.exitCode = 1
})
