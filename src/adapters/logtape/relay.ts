// Relay: writes a child's record through the root's logger of the same category.

import type { LogRecord } from '../../core/record.js'
import { relayInto } from '../kit/guard.js'
import { type Entry, LEVELS, type LevelName, type Logger, state } from './library.js'
import { type Extra, fromExtra } from './record.js'

/**
 * Returns undefined while LogTape is not configured in the root: it would drop the record, but the application may
 * configure it later.
 */
export function relay(_record: LogRecord, text: string | undefined): boolean | undefined {
  if (text === undefined) return false
  const { root, isConfigured } = state
  if (!root || !isConfigured) return undefined
  const extra = JSON.parse(text) as Extra
  const logger = root.getChild(extra.category)
  return relayInto('logtape', () => write(logger, fromExtra(extra)))
}

// The child has checked the level, and its level can be lower than the root's: `emitResolved` would drop the record,
// and `getSinks` finds no sinks for its level.
function write(logger: Logger, record: Entry): void {
  if (!isBelow(record.level, logger.lowestLevel)) logger.emitResolved(record)
  else if (logger.filter(record)) for (const sink of logger.getSinks('fatal')) sink(record)
}

function isBelow(level: LevelName, lowest: LevelName | null): boolean {
  return lowest === null || LEVELS.indexOf(level) < LEVELS.indexOf(lowest)
}
