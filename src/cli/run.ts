// Run: the command `logshare run`, which starts a script or a command with logshare.

import * as Module from 'node:module'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { ADAPTER_NAMES } from '../adapters/table.js'
import { loadConfig, loadSettings } from '../config/config.js'
import type { HandlerOptions } from '../config/handlers.js'
import type { Options } from '../config/options.js'
import { checkDirectory } from '../core/directory.js'
import { process } from '../core/originals.js'
import { join } from '../tree/join.js'
import { placeRoot } from '../tree/place.js'
import { type Program, programOf } from './program.js'
import { start } from './start.js'

interface RunOptions {
  readonly file?: string
  readonly level?: string
}

const HELP = `
Examples:
  $ logshare run --file app.log server.js --port 8080
  $ logshare run .
  $ logshare run --enable-source-maps --import tsx server.ts
  $ logshare run npm start`

export function createRun(): Command {
  return new Command('run')
    .description('Run a script with logshare: all its threads and processes share one log.')
    .option('--file <path>', 'also write all records to this file, as JSON lines')
    .option('--level <level>', 'level of loggers without a level of their own (default: info)')
    .argument(
      '<script>',
      "flags of node, and the script or its package's folder; or a command such as npm",
    )
    .argument('[args...]', 'arguments of the script')
    .passThroughOptions()
    .allowUnknownOption()
    .addHelpText('after', HELP)
    .action((script: string, args: readonly string[], options: RunOptions) => {
      run(programOf([script, ...args]), options)
    })
}

function run(program: Program, options: RunOptions): void {
  // The configuration is searched from the script's folder, for a command from the current one.
  process.argv = [process.execPath, program.script ?? resolve('package.json'), ...program.args]
  if (process.env.LOGSHARE_DISABLE === '1') {
    if (program.kind === 'script') runMain()
    else start(program, {})
    return
  }
  const given = optionsOf(options)
  const level = options.level ? { LOGSHARE_LEVEL: options.level } : {}
  const settings = loadSettings(given, ADAPTER_NAMES, { ...process.env, ...level })
  if (program.kind !== 'script') {
    const config = options.file ? { LOGSHARE_CONFIG: JSON.stringify(given) } : {}
    start(program, { ...config, ...level })
    return
  }
  checkDirectory()
  if (!join(options.level ? { level: settings.level } : undefined, false))
    placeRoot(settings, false)
  runMain()
}

// The configuration with the file of the command line.
function optionsOf({ file }: RunOptions): Options {
  const config = loadConfig(ADAPTER_NAMES)
  const handlers: HandlerOptions[] = file ? [{ type: 'file', path: resolve(file) }] : []
  return { ...config, handlers: [...(config.handlers ?? []), ...handlers] as HandlerOptions[] }
}

function runMain(): void {
  ;(Module as unknown as { runMain(): void }).runMain()
}
