// Collect: the command `logshare collect`, a process that writes one log for applications without a common root.

import { Command } from 'commander'
import { ADAPTER_NAMES } from '../adapters/table.js'
import { loadConfig, loadSettings } from '../config/config.js'
import { checkInputs, type InputOptions } from '../config/inputs.js'
import { LogshareError } from '../core/errors.js'
import { clearInterval, process, setInterval } from '../core/originals.js'
import { collect, prepare } from '../tree/collector.js'
import { getSlot } from '../tree/instance.js'

interface CollectOptions {
  readonly dir?: string
  readonly config?: string
  readonly input: readonly string[]
  readonly prepare?: boolean
}

/** Without configured handlers, records are printed to standard output. */
const HANDLERS = [{ type: 'console' }] as const

const HELP = `
Example:
  $ logshare collect --dir /run/logshare --config logshare.json
  $ LOGSHARE_DIR=/run/logshare node -r logshare/register app.js`

export function createCollect(): Command {
  return new Command('collect')
    .description(
      'Write one log for all applications that have LOGSHARE_DIR set to the same directory. Runs until SIGTERM or ' +
        'SIGINT. Applications keep running without a collector; the next collector continues where the last one stopped.',
    )
    .option('--dir <path>', 'runtime directory (default: LOGSHARE_DIR)')
    .option(
      '--config <file>',
      'configuration with handlers, levels and inputs (default: LOGSHARE_CONFIG)',
    )
    .option(
      '--input <type+address>',
      'also receive records on syslog+udp://127.0.0.1:5514, syslog+tcp://…, syslog+unix:/path, ndjson+tcp://… or ' +
        'ndjson+unix:/path; can be repeated',
      (input: string, before: readonly string[]) => [...before, input],
      [],
    )
    .option(
      '--prepare',
      'only create the directory, so that applications can start before the collector',
    )
    .addHelpText('after', HELP)
    .action(run)
}

async function run(options: CollectOptions): Promise<void> {
  getSlot()?.uninstall?.() // installed by NODE_OPTIONS: this process is not an application
  const directory = options.dir ?? process.env.LOGSHARE_DIR
  if (!directory) {
    throw new LogshareError(
      'LOGSHARE_ERR_DIR',
      'no runtime directory: expected --dir or LOGSHARE_DIR',
    )
  }
  const env = { ...process.env, ...(options.config && { LOGSHARE_CONFIG: options.config }) }
  const { inputs = [], handlers = HANDLERS } = loadConfig(ADAPTER_NAMES, env)
  const settings = loadSettings({ handlers }, ADAPTER_NAMES, env)
  if (options.prepare) {
    prepare(directory, settings)
    return
  }
  const all = [...checkInputs(inputs, 'inputs'), ...fromArguments(options.input)]
  const running = setInterval(() => {}, 2 ** 30)
  const stopped = untilSignal()
  try {
    const stop = await collect(directory, settings, all)
    const from = all.map((input) => ('address' in input ? input.address : input.type)).join(', ')
    process.stderr.write(`logshare: collecting in ${directory}${from && ` and from ${from}`}\n`)
    await stopped
    await stop()
  } finally {
    clearInterval(running)
  }
  process.exit(0)
}

// Called before anything is opened: from then on a signal stops the collector only after it has written its records.
function untilSignal(): Promise<unknown> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve)
  })
}

function fromArguments(inputs: readonly string[]): readonly InputOptions[] {
  return inputs.flatMap((input) => {
    const [, type, address] = /^(\w+)\+(.+)$/.exec(input) ?? [undefined, input, undefined]
    return checkInputs([{ type, address }], '--input')
  })
}
