// Tree: what `logshare doctor` finds by running a tree of children, the probe's or a given command's.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reasonOf } from '../../core/notice.js'
import { clearTimeout, process, setTimeout } from '../../core/originals.js'
import type { LogRecord } from '../../core/record.js'
import { PRELOAD, withPreload } from '../../spawn/preload.js'
import { checkBundles } from './bundles.js'
import type { Finding } from './finding.js'
import { adapterOf, findLibraries } from './libraries.js'
import { KINDS, MARK } from './probe.js'

/** Time (ms) that the probe may take, and that a given command is observed. */
const LIMIT = 60_000
const OBSERVED = 5000

/** Runs the probe and tells which children and libraries have arrived in the log. */
export async function checkTree(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const variables = { ...env, ROARR_LOG: 'true' } // without it, roarr does nothing
  const { records, problem } = await run(
    process.execPath,
    ['-r', PRELOAD, join(__dirname, 'probe.js')],
    variables,
    LIMIT,
  )
  if (problem !== undefined) return [{ area: 'children', state: 'wrong', what: problem }]
  return [...KINDS.map((kind) => checkKind(kind, records)), ...checkLibraries(records)]
}

/** Runs a command for a moment and tells what has logged in it. */
export async function observe(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const { records, problem } = await run(
    command,
    args,
    { ...env, NODE_OPTIONS: withPreload(env.NODE_OPTIONS) },
    OBSERVED,
  )
  const found: Finding[] =
    problem === undefined ? [] : [{ area: 'children', state: 'note', what: problem }]
  for (const source of [...new Set(records.map((each) => each.source))].sort()) {
    const own = records.filter((each) => each.source === source)
    const libs = new Map<string, number>()
    for (const { lib = 'logshare' } of own) libs.set(lib, (libs.get(lib) ?? 0) + 1)
    const list = [...libs].map(([lib, count]) => `${lib} ${count}`).join(', ')
    found.push({ area: 'children', state: 'ok', what: `${source} (pid ${own[0]?.pid}): ${list}` })
  }
  if (records.length === 0) {
    const remedy = 'is it node? Does it clear its environment, or is logshare bundled into it?'
    found.push({
      area: 'children',
      state: 'wrong',
      what: 'nothing in it has logged or started',
      remedy,
    })
  }
  const scripts = records.map(({ script }) => script).filter((path) => typeof path === 'string')
  return [...found, ...checkBundles([...args, ...scripts])]
}

function checkKind(kind: string, records: readonly LogRecord[]): Finding {
  const found = records.find(({ msg, lib }) => msg === `${MARK} ${kind}` && lib === 'console')
  if (found) return { area: 'children', state: 'ok', what: `${kind}: ${found.source}` }
  const remedy = 'what it logs is missing in the log'
  return { area: 'children', state: 'wrong', what: `${kind}: has not arrived`, remedy }
}

function checkLibraries(records: readonly LogRecord[]): Finding[] {
  return findLibraries(process.cwd()).map(({ name, version }) => {
    const own = records.filter(({ msg }) => msg.endsWith(`: ${name}`) || msg.includes(` ${name}`))
    const adapted = own.filter(({ lib }) => lib === adapterOf(name))
    const what = `${name} ${version}`
    if (adapted.length >= KINDS.length)
      return { area: 'libraries', state: 'ok', what: `${what}: captured` }
    if (own.length >= KINDS.length) {
      return { area: 'libraries', state: 'note', what: `${what}: captured by its printed lines` }
    }
    const remedy = 'see the versions in docs/adapters.md'
    const count = `${own.length} of ${KINDS.length} records arrived`
    return { area: 'libraries', state: 'wrong', what: `${what}: ${count}`, remedy }
  })
}

interface Result {
  readonly records: readonly LogRecord[]
  /** Why it was not started, or did not end well. */
  readonly problem?: string
}

// Runs with a log file of its own, in place of the configuration.
async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  limit: number,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-doctor-'))
  const path = join(folder, 'doctor.log')
  const LOGSHARE_CONFIG = JSON.stringify({ handlers: [{ type: 'file', path }], lifecycle: true })
  try {
    const problem = await end(command, args, { ...env, LOGSHARE_CONFIG }, limit)
    return { records: readRecords(path), ...(problem !== undefined && { problem }) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function end(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  limit: number,
): Promise<string | undefined> {
  return new Promise((done) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-1000)
    })
    const timer = setTimeout(() => child.kill('SIGTERM'), limit)
    child.on('error', (error) => done(reasonOf(error)))
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const line = text.trim().split('\n').at(-1)
      done(
        code === 0 || signal === 'SIGTERM'
          ? undefined
          : `${command} ended with ${code ?? signal}: ${line}`,
      )
    })
  })
}

function readRecords(path: string): LogRecord[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line) as LogRecord)
  } catch {
    return []
  }
}
