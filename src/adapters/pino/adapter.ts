// The pino adapter: a child's finished lines go through the destination of the root's logger of the same identity.

import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { gather, type Reached, reach, Sink } from '../kit/capture/sink.js'
import { isData, standardOf } from '../kit/capture/stdio.js'
import { take } from '../kit/capture/take.js'
import { hookPackage } from '../kit/hook/package.js'
import { createPlaces } from '../kit/identity/callers.js'
import { Followers } from '../kit/identity/followers.js'
import { type Identity, keyOf } from '../kit/identity/loggers.js'
import { type Usual, usualOf } from './bindings.js'
import { leaveChannel } from './channel.js'
import { sendBare, unpackBare } from './deferred.js'
import { replaceExports } from './destinations.js'
import type { Pieces } from './fields.js'
import { createLineMaker, type Line } from './finish.js'
import { announceLevel, applyLevel } from './levels.js'
import { deliver, type Library, type Logger, libraryOf, type Stream } from './library.js'
import { packAgain, unpackAgain } from './rebuild.js'
import { describeLine, describeText } from './record.js'
import { give, libraries, loggers, type Origin, packExtra, unpackExtra } from './relay.js'
import { Tracker, type Watcher } from './tracker.js'

const PACKAGE = { name: 'pino', main: /[\\/]pino\.js$/ }

export const pinoAdapter: Adapter = {
  name: 'pino',

  install(context) {
    const undo: (() => void)[] = []
    const { watcher, stop } =
      context.role === 'take' ? followRoot(context) : { watcher: announceAll(context), stop() {} }
    const placeOf = createPlaces()
    let isOn = true
    const unhook = hookPackage(PACKAGE, (exports, path) => {
      const library = libraryOf(exports, path)
      if (!library) return undefined
      const tracker = new Tracker(library, placeOf, watcher)
      undo.push(tracker.install())
      if (context.role === 'track') {
        libraries.add(library)
        return undefined
      }
      const target = library.prototype as unknown as Record<string, (...args: never[]) => unknown>
      const writeSym = library.pino.symbols.writeSym as unknown as string
      const write =
        context.role === 'take' ? taking(library, context, tracker) : copying(library, context)
      shimmer.wrap(target, writeSym, () => write as never)
      leaveChannel()
      undo.push(() => shimmer.unwrap(target, writeSym))
      if (context.role === 'copy') {
        libraries.add(library)
        return undefined
      }
      return replaceExports(library, context, createStray(library, context), () => isOn)
    })
    return () => {
      isOn = false
      unhook()
      stop()
      for (const each of undo) each()
    }
  },

  relay(record, extra, line) {
    if (extra === undefined) return false
    try {
      const unpacked = unpackBare(extra) ?? unpackAgain(record, line, extra) ?? unpackExtra(extra)
      return whileRelaying(() => give(record, unpacked))
    } catch (error) {
      notice('LOGSHARE_WARN_HANDLER', `a pino destination failed: ${reasonOf(error)}`, 'pino')
      return false
    }
  },
}

function announceAll(context: AdapterContext): Watcher {
  return {
    made(library, logger, identity, hasLevel) {
      loggers.add(identity, { library, logger })
      if (hasLevel) announceLevel(context, identity, logger)
    },
    changed: (logger, identity) => announceLevel(context, identity, logger),
  }
}

function followRoot({ levels }: AdapterContext): { watcher: Watcher; stop: () => void } {
  const owners = new WeakMap<Logger, Library>()
  const followers = new Followers<Logger>(levels, 'pino', (logger, level) => {
    const library = owners.get(logger)
    if (library) applyLevel(library, logger, level)
  })
  const watcher: Watcher = {
    made(library, logger, identity) {
      owners.set(logger, library)
      followers.follow(identity, logger)
    },
    changed: (logger) => followers.release(logger),
  }
  return { watcher, stop: followers.install() }
}

type Write = (this: Logger, object: unknown, message: unknown, level: number) => void

// In the root: written as always, and a copy taken.
function copying(library: Library, context: AdapterContext): Write {
  const make = createLineMaker(library)
  return function write(object, message, level) {
    if (isRelaying()) {
      library.write.call(this, object, message, level)
      return
    }
    const line = make(this, object, message, level)
    if (!line) return
    take(context, describeLine(library, this, line, usualOf(library, this)))
    deliver(streamOf(library, this), line.text, () => metadataOf(line))
  }
}

// In a child: taken, unless the root has no such logger and the destination is an object of the application's own.
function taking(library: Library, context: AdapterContext, tracker: Tracker): Write {
  const make = createLineMaker(library)
  const origins = new WeakMap<Identity, string>()
  const describe = (identity?: Identity, to?: readonly Reached[]): string =>
    JSON.stringify({ ...identity, ...(to && { to }), from: library.path } satisfies Origin)
  // Of a logger that the root knows, too, it is always the same.
  const originOf = (identity?: Identity, to?: readonly Reached[]): string => {
    if (!identity || to) return describe(identity, to)
    const known = origins.get(identity) ?? describe(identity)
    origins.set(identity, known)
    return known
  }
  const lookForIt = (logger: Logger, usual: Usual): void => {
    const identity = tracker.ownerIdentity(logger)
    usual.isInRoot =
      identity !== undefined && context.levels.find('pino', keyOf(identity)) !== undefined
    usual.changes = context.levels.changes
  }
  return function write(object, message, level) {
    const stream = streamOf(library, this)
    if (isRelaying() || isData(stream, context.capture)) {
      library.write.call(this, object, message, level)
      return
    }
    const line = make(this, object, message, level)
    if (!line) return
    const usual = usualOf(library, this)
    if (usual.changes !== context.levels.changes) lookForIt(this, usual)
    if (sendBare(line, usual, tracker, context)) return
    const { isInRoot } = usual
    const to = isInRoot ? undefined : reached(stream, line, context)
    const extraOf = (pieces: Pieces | undefined): string => {
      const origin = originOf(tracker.ownerIdentity(this), to)
      const isKept = pieces && isInRoot && !context.registry().redact
      return isKept ? packAgain(origin, line, pieces) : packExtra(origin, line)
    }
    const taken = describeLine(library, this, line, usual, context.relays ? extraOf : undefined)
    take(context, taken, to?.length === 0 ? 'copy' : 'take')
  }
}

// The application's own streams are written to, and of ours it is noted which were.
function reached(stream: Stream, line: Line, context: AdapterContext): readonly Reached[] {
  return gather(line.text, () => {
    const fd = standardOf(stream)
    if (fd !== undefined) {
      reach(String(fd), line.text)
      return
    }
    // Of a multistream, too, what goes to the root's own streams is for the root to write.
    for (const member of stream.streams ?? []) {
      const own = member.stream
      const ownFd = own instanceof Sink ? undefined : standardOf(own)
      if (ownFd === undefined || isData(own, context.capture)) continue
      member.stream = { write: (text) => reach(String(ownFd), text) || own.write(text) }
    }
    deliver(stream, line.text, () => metadataOf(line))
  })
}

// Lines that the application has written to a destination past its loggers.
function createStray(
  { path }: Library,
  context: AdapterContext,
): (target: string, text: string) => void {
  return (target, text) => {
    const record = describeText(text)
    const origin = JSON.stringify({ to: [target], from: path } satisfies Origin)
    const line = { lastLevel: record.level, lastTime: '', text }
    take(context, { ...record, extra: context.relays ? packExtra(origin, line) : undefined })
  }
}

function metadataOf({ text: _, ...metadata }: Line): Omit<Line, 'text'> {
  return metadata
}

function streamOf({ pino }: Library, logger: Logger): Stream {
  return logger[pino.symbols.streamSym] as Stream
}
