// Processes: whether one still runs, and whether it is the one that was meant.

import { readFileSync } from 'node:fs'

/** Whether a process runs; one that has ended and was not waited for (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const state = statOf(pid)?.[0]
  return state === undefined || (state !== 'Z' && state !== 'X')
}

/** When a process started, in the system's own words; empty where the system does not tell. */
export function startOf(pid: number): string {
  return statOf(pid)?.[19] ?? ''
}

// The fields of /proc/PID/stat behind the command's name, which may hold anything: state first, start time 20th.
function statOf(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
