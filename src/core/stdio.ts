// Standard streams: which of a process's are the root's own, so that what is printed there is log and not data.

import { fstatSync } from 'node:fs'

/** Which of a thread's streams are the root's. */
export interface Capture {
  readonly stdout: boolean
  readonly stderr: boolean
}

/** The files behind stdout and stderr as `device:inode`; undefined for one that is closed. */
export interface StdioIds {
  readonly stdout?: string | undefined
  readonly stderr?: string | undefined
}

export function stdioIds(): StdioIds {
  return { stdout: fileId(1), stderr: fileId(2) }
}

/** The streams that are the same file here as in the root. */
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
