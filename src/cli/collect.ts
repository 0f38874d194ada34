// `logshare collect`: one log for applications that share no parent, written by a process of its own.

import { Command } from 'commander'
import { loadConfig, loadSettings } from '../config/config.js'
import { checkInputs, type InputOptions } from '../config/inputs.js'
import { LogshareError } from '../core/errors.js'
import { collect, prepare } from '../tree/collector.js'
import { getSlot } from '../tree/instance.js'

interface CollectOptions {
  readonly dir?: string
  readonly config?: string
  readonly input: readonly string[]
  readonly prepare?: boolean
}

/** What is to be seen of a collector that has no handlers: records on its standard output. */
const HANDLERS = [{ type: 'console' }] as const

export function createCollect(): Command {
  return new Command('collect')
    .description(
      'Write the log of all applications whose LOGSHARE_DIR names the same directory, until SIGTERM or SIGINT. ' +
        'They run on while no collector is there; the next one goes on where this one stopped.',
    )
    .option('--dir <path>', 'runtime directory (default: LOGSHARE_DIR)')
    .option(
      '--config <file>',
      'configuration with handlers, levels, inputs (default: LOGSHARE_CONFIG)',
    )
    .option(
      '--input <type+address>',
      'also take records from syslog+udp://127.0.0.1:5514, syslog+tcp://…, syslog+unix:/path, ndjson+tcp://…, ' +
        'ndjson+unix:/path; may be repeated',
      (input: string, before: readonly string[]) => [...before, input],
      [],
    )
    .option(
      '--prepare',
      'only make the directory ready, for applications that start before the collector',
    )
    .action(run)
}

async function run(options: CollectOptions): Promise<void> {
  getSlot()?.uninstall?.() // a preload by NODE_OPTIONS: this process is no application
  const directory = options.dir ?? process.env.LOGSHARE_DIR
  if (!directory) {
    throw new LogshareError(
      'LOGSHARE_ERR_DIR',
      'no runtime directory: expected --dir or LOGSHARE_DIR',
    )
  }
  const env = { ...process.env, ...(options.config && { LOGSHARE_CONFIG: options.config }) }
  const { inputs = [], handlers = HANDLERS } = loadConfig(env)
  const settings = loadSettings({ handlers }, env)
  if (options.prepare) {
    prepare(directory, settings)
    return
  }
  const all = [...checkInputs(inputs, 'inputs'), ...fromArguments(options.input)]
  const running = setInterval(() => {}, 2 ** 30)
  const stopped = signalled()
  try {
    const stop = await collect(directory, settings, all)
    const taken = all.map((input) => ('address' in input ? input.address : input.type)).join(', ')
    process.stderr.write(`logshare: collecting in ${directory}${taken && ` and from ${taken}`}\n`)
    await stopped
    await stop()
  } finally {
    clearInterval(running)
  }
  process.exit(0)
}

// From before anything is opened: nothing ends without having written what it took.
function signalled(): Promise<unknown> {
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
