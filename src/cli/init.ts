// Init: the command `logshare init`, which looks at a project and writes a configuration with comments.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { CONFIG_FILES } from '../config/nearby.js'
import { LogshareError } from '../core/errors.js'
import { process } from '../core/originals.js'
import { findLibraries, LIBRARIES } from './doctor/libraries.js'
import { FILE, templateFor } from './template.js'

const HELP = `
Without --yes it asks before it writes, and without a terminal it only shows. It never overwrites a file.

Example:
  $ logshare init --yes`

export function createInit(): Command {
  return new Command('init')
    .description(
      'Look at the project in the current folder, write a configuration with comments, and show the line to change.',
    )
    .option('-y, --yes', 'write without asking')
    .addHelpText('after', HELP)
    .action(init)
}

async function init({ yes = false }: { yes?: boolean }): Promise<void> {
  const folder = process.cwd()
  const existing = existingConfig(folder)
  if (existing !== undefined) {
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `${existing}: a configuration is there already`)
  }
  const project = look(folder)
  const content = templateFor(folder, project.dockerfile !== undefined)
  process.stdout.write(`${describe(project)}\n${FILE}:\n\n${indent(content)}\n`)
  const isWanted = yes || (process.stdin.isTTY && (await ask(`Write ${FILE}? [y/N] `)))
  if (isWanted) {
    writeFileSync(join(folder, FILE), content, { flag: 'wx' })
    process.stdout.write(`Written: ${FILE}\n\n`)
  } else if (!process.stdin.isTTY) {
    process.stdout.write('Not written: add --yes.\n\n')
  }
  process.stdout.write(`${linesToChange(project)}\nThen: npx logshare doctor\n`)
}

const DOCKER = [
  'Dockerfile',
  'compose.yaml',
  'compose.yml',
  'docker-compose.yaml',
  'docker-compose.yml',
]

interface Package {
  readonly main?: string
  readonly type?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly logshare?: object
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Project {
  readonly description: Package
  readonly libraries: readonly string[]
  readonly hasTypeScript: boolean
  /** Name of pm2's configuration, if there is one. */
  readonly pm2: string | undefined
  readonly dockerfile: string | undefined
}

function look(folder: string): Project {
  const first = (...names: string[]): string | undefined =>
    names.find((name) => existsSync(join(folder, name)))
  const description = readPackage(folder)
  return {
    description,
    libraries: librariesOf(folder, description),
    hasTypeScript: first('tsconfig.json') !== undefined,
    pm2: first('ecosystem.config.js', 'ecosystem.config.cjs', 'ecosystem.json', 'process.json'),
    dockerfile: first(...DOCKER),
  }
}

// Those that are installed, and those that will be.
function librariesOf(folder: string, { dependencies = {} }: Package): string[] {
  const installed = findLibraries(folder)
  const missing = LIBRARIES.filter(
    (library) => library in dependencies && !installed.some(({ name }) => name === library),
  )
  return [
    ...installed.map(({ name, version }) => `${name} ${version}`),
    ...missing.map((name) => `${name} (not installed)`),
  ]
}

function readPackage(folder: string): Package {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package
  } catch {
    return {}
  }
}

function existingConfig(folder: string): string | undefined {
  const file = CONFIG_FILES.find((name) => existsSync(join(folder, name)))
  return file ?? (readPackage(folder).logshare ? 'package.json' : undefined)
}

function describe({ description, libraries, hasTypeScript, pm2, dockerfile }: Project): string {
  const kind = description.type === 'module' ? 'ES modules' : 'CommonJS'
  const found = [
    `Modules:   ${kind}${hasTypeScript ? ', TypeScript' : ''}`,
    `Libraries: ${libraries.join(', ') || 'none that logshare knows; console and printed lines are captured'}`,
    ...(pm2 ? [`pm2:       ${pm2}`] : []),
    ...(dockerfile ? [`Docker:    ${dockerfile}`] : []),
  ]
  return found.map((line) => `${line}\n`).join('')
}

function linesToChange({ description, pm2, dockerfile }: Project): string {
  const scripts = Object.entries(description.scripts ?? {})
  const starts = scripts.filter(([, line]) => /^(?:\S+=\S+ )*node /.test(line))
  const lines = starts.map(([name, line]) => {
    return `  package.json, "${name}": "${line.replace(/\bnode /, 'node -r logshare/register ')}"`
  })
  const others = scripts.filter(([name, line]) => name === 'start' && !/\bnode /.test(line))
  for (const [name] of others) {
    lines.push(
      `  NODE_OPTIONS="-r logshare/register" npm ${name === 'start' ? name : `run ${name}`}`,
    )
  }
  if (pm2) lines.push(`  ${pm2}: node_args: '-r logshare/register'`)
  if (dockerfile === 'Dockerfile')
    lines.push(`  ${dockerfile}: ENV NODE_OPTIONS="-r logshare/register"`)
  else if (dockerfile)
    lines.push(`  ${dockerfile}: environment: { NODE_OPTIONS: "-r logshare/register" }`)
  const { main = 'app.js' } = description
  if (lines.length === 0) lines.push(`  node -r logshare/register ${main}`)
  return `The line to change:\n${lines.map((line) => `${line}\n`).join('')}`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await prompt.question(question)
  prompt.close()
  return /^y(?:es)?$/i.test(answer.trim())
}
