// Command: `logshare doctor`, which tells whether logshare works here and what it sees.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { process } from '../../core/originals.js'
import { checkBundles } from './bundles.js'
import { checkRuntime } from './directory.js'
import { type Finding, printFindings } from './finding.js'
import { checkSettings } from './settings.js'
import { checkSurroundings } from './surroundings.js'
import { checkTree, observe } from './tree.js'

const HELP = `
Examples:
  $ logshare doctor
  $ logshare doctor -- npm start

Exit code: 1 if something is wrong.`

export function createDoctor(version: string): Command {
  return new Command('doctor')
    .description(
      'Check whether logshare works here: configuration, handlers, runtime directory, every kind of child, and the logging ' +
        'libraries of the project in the current folder. With a command, run that for five seconds and show what logs in it.',
    )
    .option('--json', 'print JSON, for a bug report')
    .argument('[command...]', 'a command, after --')
    .passThroughOptions()
    .addHelpText('after', HELP)
    .action(async (words: readonly string[], { json }: { json?: boolean }) => {
      const findings = await examine(words, version)
      const isWrong = findings.some(({ state }) => state === 'wrong')
      const text = json
        ? `${JSON.stringify({ ok: !isWrong, findings }, null, 2)}\n`
        : printFindings(findings)
      process.stdout.write(text)
      if (isWrong) process.exitCode = 1
    })
}

async function examine(words: readonly string[], version: string): Promise<Finding[]> {
  // The configuration that counts for a script in this folder.
  process.argv[1] = resolve('package.json')
  const { settings, findings } = checkSettings(process.env)
  const [command, ...args] = words
  const found = [
    ...checkSurroundings(version, process.env),
    ...findings,
    ...(await checkRuntime()),
    ...(command === undefined
      ? [...(await checkTree(process.env)), ...checkBundles(startWords())]
      : await observe(command, args, process.env)),
  ]
  return settings?.adapters.length === 0 ? [...found, noAdapters()] : found
}

// Where the project in the current folder says what it starts.
function startWords(): string[] {
  try {
    const { main, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly main?: string
      readonly scripts?: { readonly start?: string }
    }
    return [main ?? '', ...(scripts?.start ?? '').split(/\s+/)]
  } catch {
    return [] // none, or not readable: npm says so
  }
}

function noAdapters(): Finding {
  const what = 'the option adapters is false: no library is captured'
  return { area: 'libraries', state: 'note', what, remedy: 'remove the option' }
}
