// Reader: the helper process of the option `programs`. It reads what programs print, copies it to the stream that they
// would have inherited, and makes records of its lines. `spawn/helper.ts` starts it.
//
// A process of its own, so that programs neither wait for a busy parent nor lose their reader when the parent ends. Then it
// goes on until the last of them has ended, and like any child it may take over as the listener.

import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import { setClockAnchor } from '../core/clock.js'
import { runInContext } from '../core/context.js'
import { levels } from '../core/levels.js'
import { process } from '../core/originals.js'
import { removeRead } from '../spawn/fifos.js'
import { type Answer, CONTROL, type ProgramOutput, type Request } from '../spawn/helper.js'
import { isCollecting, ownsTerminal, readInheritance, withJoined } from '../spawn/inherit.js'
import { Outlet } from './outlet.js'
import { Pipe } from './program.js'
import { type Recorder, Recorders } from './recorder.js'

const control = new Socket({ fd: CONTROL })
const outlets = new Map<string, Outlet>()
const programs = new Map<number, Pipe[]>()
let recorders: Recorders | undefined
let copies = true
let received = ''
let open = 0
const paths = new Set<string>()

// Signals to all processes of a service end the programs, and so this one, after it has read what they print last.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)
  process.on(signal, () => {})
control.setEncoding('utf8').on('data', (text: string) => {
  const lines = (received + text).split('\n')
  received = lines.pop() ?? ''
  for (const line of lines) handle(JSON.parse(line) as Request)
})
control.on('error', () => {})
// In a collector's directory, which stays, nobody else would.
process.on('exit', () => {
  try {
    removeRead(paths)
  } catch {
    // The directory has been removed.
  }
})

function handle(request: Request): void {
  switch (request.type) {
    case 'place':
      place(request)
      break
    case 'open':
      openProgram(request)
      break
    case 'exited':
      exited(request.id)
      break
    case 'end':
      if (open > 0) answer({ type: 'busy' })
      else control.unref() // the process ends; its end of the connection closes last
  }
}

function answer(message: Answer): void {
  if (control.writable) control.write(`${JSON.stringify(message)}\n`)
}

function place(request: Request & { type: 'place' }): void {
  const inheritance = withJoined(readInheritance(request.directory), request.joined)
  if (!inheritance) return // the root has ended: what is read is only copied
  const { settings, isCollector = false } = inheritance
  setClockAnchor(inheritance.anchor)
  levels.replace(inheritance.foreign)
  copies = !ownsTerminal(settings) || isCollector
  const isRead = (): boolean => isCollecting(settings) || levels.hasReaders
  recorders = new Recorders(request, inheritance, isRead)
}

function openProgram(request: Request & { type: 'open' }): void {
  const create = recorders?.create(request)
  const pipes = request.pipes.flatMap(
    (pipe) => openPipe(pipe, create?.(pipe.lib), request.context) ?? [],
  )
  programs.set(request.id, pipes)
}

function openPipe(
  { path, out }: ProgramOutput['pipes'][number],
  recorder: Recorder | undefined,
  context: string | undefined,
): Pipe | undefined {
  const inContext = (act: () => void): void => (context ? runInContext(context, act) : act())
  const events = {
    read: (chunk: Buffer) => inContext(() => recorder?.add(chunk)),
    closed() {
      inContext(() => recorder?.end())
      open--
      answer({ type: 'closed', path })
    },
  }
  open++
  paths.add(path)
  try {
    const pipe = new Pipe(path, copies ? outletOf(out) : undefined, events)
    pipe.drain()
    return pipe
  } catch {
    events.closed()
    return undefined
  }
}

// Streams that lead to the same file have one outlet, to keep the order.
function outletOf(fd: 1 | 2): Outlet {
  const { dev, ino } = fstatSync(fd, { bigint: true })
  const key = `${dev}:${ino}`
  const known = outlets.get(key)
  if (known) return known
  const outlet = new Outlet(fd)
  outlets.set(key, outlet)
  return outlet
}

// The answer is awaited by the parent before it emits `exit`.
function exited(id: number): void {
  const pipes = programs.get(id) ?? []
  programs.delete(id)
  for (const pipe of pipes) pipe.drain()
  let left = pipes.length
  const done = (): void => {
    if (--left <= 0) answer({ type: 'done', id })
  }
  if (left === 0) done()
  for (const pipe of pipes) pipe.whenWritten(done)
}
