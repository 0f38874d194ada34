// Command: the arguments of a call that starts a process, changed so that the process becomes a child. Loaded with the
// first process.

import { process } from '../core/originals.js'
import type { SpawnOptions } from './child-process.js'
import { childVariables, repairArgs } from './flag.js'
import { CHILD_VARIABLE, type ProcessHand } from './inherit.js'
import { withOwn } from './own.js'
import { NODE_OPTIONS, START_DIRECTORY } from './preload.js'

/** The variable that Node's test runner sets for the processes in which it runs files. */
const TEST = /^NODE_TEST_CONTEXT=child/

/** The options that start a process; `pairs` is the environment as Node would have it. */
export function withHand(
  options: SpawnOptions,
  pairs: readonly string[],
  hand: ProcessHand,
): SpawnOptions {
  const { args, cwd } = options
  const changed = isListOfArgs(args) ? pathsInArgs(args, cwd) : args
  const isTest = !process.env.NODE_TEST_CONTEXT && pairs.some((pair) => TEST.test(pair))
  const given = {
    ...hand,
    ...(isTest && { isTest }),
    ...(options.detached ? { isDetached: true } : {}),
  }
  const envPairs = addToPairs(pairs, given, options)
  return withOwn(options, { args: changed, envPairs })
}

function isListOfArgs(args: unknown): args is readonly unknown[] {
  return Array.isArray(args)
}

// Replaces NODE_OPTIONS in its place, because the child can see the order of process.env.
function addToPairs(pairs: readonly string[], hand: ProcessHand, child: SpawnOptions): string[] {
  const given = pairs.find((pair) => pair.startsWith(NODE_OPTIONS))
  const own = given?.slice(NODE_OPTIONS.length) ?? fileOptions(child.args, child.cwd)
  const ours = childVariables(own, hand)
  const options = `${NODE_OPTIONS}${ours.NODE_OPTIONS}`
  const changed = pairs
    .filter((pair) => !pair.startsWith(`${CHILD_VARIABLE}=`))
    .map((pair) => (pair === given ? options : pair))
  if (given === undefined) changed.push(options)
  return [...changed, `${CHILD_VARIABLE}=${ours[CHILD_VARIABLE]}`]
}

// What Node would read from the file behind `--env-file`, if NODE_OPTIONS were not set.
function fileOptions(argv: unknown, cwd: unknown): string | undefined {
  if (!isListOfArgs(argv) || !argv.some((arg) => String(arg).includes('--env-file'))) {
    return undefined
  }
  const { envFileOptions } = require('./env-file.js') as typeof import('./env-file.js')
  return envFileOptions(argv, cwd)
}

// Our preload by its path, where the child would look for it in another folder.
function pathsInArgs(args: readonly unknown[], cwd: unknown): readonly unknown[] {
  if (!args.some((arg) => typeof arg === 'string' && arg.includes('register'))) return args
  const isElsewhere = cwd !== undefined || process.cwd() !== START_DIRECTORY
  return isElsewhere ? repairArgs(args) : args
}
