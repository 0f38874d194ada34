// Run: the command `logshare run`, which installs logshare and runs a script in this process.

import * as Module from 'node:module'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { ADAPTER_NAMES } from '../adapters/table.js'
import { loadConfig, loadSettings } from '../config/config.js'
import type { HandlerOptions } from '../config/handlers.js'
import { checkDirectory } from '../core/directory.js'
import { process } from '../core/originals.js'
import { join } from '../tree/join.js'
import { placeRoot } from '../tree/place.js'

interface RunOptions {
  readonly file?: string
  readonly level?: string
}

const HELP = `
Example:
  $ logshare run --file app.log server.js --port 8080`

export function createRun(): Command {
  return new Command('run')
    .description('Run a script with logshare: all its threads and processes share one log.')
    .option('--file <path>', 'also write all records to this file, as JSON lines')
    .option('--level <level>', 'level of loggers without a level of their own (default: info)')
    .argument('<script>', 'the script, CommonJS or ES module')
    .argument('[args...]', 'arguments of the script')
    .passThroughOptions()
    .addHelpText('after', HELP)
    .action(run)
}

function run(script: string, args: readonly string[], options: RunOptions): void {
  process.argv = [process.execPath, resolve(script), ...args]
  if (process.env.LOGSHARE_DISABLE !== '1') {
    const { handlers = [] } = loadConfig(ADAPTER_NAMES)
    const file: HandlerOptions[] = options.file ? [{ type: 'file', path: options.file }] : []
    const level = options.level ? { LOGSHARE_LEVEL: options.level } : {}
    const settings = loadSettings({ handlers: [...handlers, ...file] }, ADAPTER_NAMES, {
      ...process.env,
      ...level,
    })
    checkDirectory()
    if (!join(options.level ? { level: settings.level } : undefined, false))
      placeRoot(settings, false)
  }
  ;(Module as unknown as { runMain(): void }).runMain()
}
