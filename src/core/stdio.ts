// Stdio: whether stdout and stderr of a process are the root's, so that output there is log text rather than data.

import { fstatSync } from 'node:fs'

/** Which of a thread's streams are captured: those that lead to the same file as the root's. */
export interface Capture {
  readonly stdout: boolean
  readonly stderr: boolean
}

/** The files behind stdout and stderr as `device:inode`; undefined for a closed stream. */
export interface StdioIds {
  readonly stdout?: string | undefined
  readonly stderr?: string | undefined
}

/** The files behind this process's stdout and stderr. */
export function stdioIds(): StdioIds {
  return { stdout: fileId(1), stderr: fileId(2) }
}

/** The streams that lead to the same file in this process as in the root. */
export function sharedStdio(root: StdioIds): Capture {
  const own = stdioIds()
  return {
    stdout: own.stdout !== undefined && own.stdout === root.stdout,
    stderr: own.stderr !== undefined && own.stderr === root.stderr,
  }
}

function fileId(fd: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}
