// Start: runs a program with the preload in a process of its own, and ends as it does.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { process } from '../core/originals.js'
import { PRELOAD, withPreload } from '../spawn/preload.js'
import type { Program } from './program.js'

/** Signals that a supervisor or a terminal sends to end a program. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/** `variables`: added to the program's environment. */
export function start(program: Program, variables: NodeJS.ProcessEnv): void {
  const isDisabled = process.env.LOGSHARE_DISABLE === '1'
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables }
  const { script = '', command = process.execPath, flags, args } = program
  const isNode = program.kind === 'node'
  if (!isNode && !isDisabled) {
    env.NODE_OPTIONS = withPreload(process.env.NODE_OPTIONS)
  }
  const preload = isDisabled ? [] : ['-r', PRELOAD]
  const words = isNode ? [...preload, ...flags, script, ...args] : args
  const isShell = process.platform === 'win32' && /\.(?:cmd|bat)$/i.test(command)
  const child = spawn(command, words, { stdio: 'inherit', env, shell: isShell })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`logshare: run: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const each of SIGNALS) process.removeAllListeners(each)
    process.kill(process.pid, signal)
    process.exitCode = 128 + constants.signals[signal] // for a signal that does not end this process
  })
}
