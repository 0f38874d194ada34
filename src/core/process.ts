// Process: whether a process id is alive, and its start time, which tells it from an earlier process with the same id.

import { readFileSync } from 'node:fs'
import { process } from './originals.js'

/** Whether a process is running. A zombie (ended, but not yet reaped by its parent) is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const state = statOf(pid)?.[0]
  return state === undefined || (state !== 'Z' && state !== 'X')
}

/**
 * Start time of a process, in the unit of /proc/PID/stat (clock ticks since boot); empty on other systems than Linux.
 */
export function startOf(pid: number): string {
  return statOf(pid)?.[19] ?? ''
}

// Fields of /proc/PID/stat after the command name, which may contain any character: state is the 1st, start time the
// 20th.
function statOf(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
