// Detail: all of a record: its fields, its error with the causes, and what else happened at the time.

import { useEffect, useRef } from 'preact/hooks'
import { ErrorView, errorOf } from './error.js'
import { useLatest } from './get.js'
import type { Detail as DetailOf, Entry, Lane } from './model.js'
import { countText, dateText, levelOf, oneLine, timeText, visible } from './words.js'

/** Time (ms) to either side. */
const NEAR = 50

export interface DetailProps {
  readonly row: number
  readonly lanes: ReadonlyMap<number, Lane>
  readonly close: () => void
  /** Filters by a field: `key=value`. */
  readonly filterField: (field: string) => void
  readonly go: (entry: Entry) => void
}

export function Detail({ row, lanes, close, filterField, go }: DetailProps) {
  const record = useLatest<DetailOf>(`record?row=${row}`)
  const panel = useRef<HTMLElement>(null)
  useFocus(panel)
  useEffect(() => panel.current?.scrollTo(0, 0), [row])
  const isThis = record?.row === row
  return (
    <aside
      class="detail"
      aria-label="Record"
      tabIndex={-1}
      ref={panel}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close()
      }}
    >
      <button type="button" class="close" onClick={close} aria-label="Close the record">
        ×
      </button>
      {isThis && record && <Content record={record} lanes={lanes} filterField={filterField} />}
      {isThis && <Around row={row} lanes={lanes} go={go} />}
    </aside>
  )
}

// Takes the focus, and gives it back.
function useFocus(panel: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const { current } = panel
    const before = document.activeElement
    current?.focus()
    return () => {
      const { activeElement } = document
      const isLost = activeElement === document.body || current?.contains(activeElement)
      if (isLost && before instanceof HTMLElement) before.focus()
    }
  }, [])
}

interface ContentProps {
  readonly record: DetailOf
  readonly lanes: ReadonlyMap<number, Lane>
  readonly filterField: DetailProps['filterField']
}

function Content({ record, lanes, filterField }: ContentProps) {
  const { time, level, lane, text, isCut, msg } = record
  const fields = parse(text)
  const error = fields && errorOf(fields)
  const shown = Object.entries(fields ?? {}).filter(
    ([key, value]) => key !== error?.key && !(TITLES.has(key) && value === msg),
  )
  const isOrigin = ([key]: readonly [string, unknown]): boolean => ORIGIN.has(key)
  const sorted = [...shown.filter((each) => !isOrigin(each)), ...shown.filter(isOrigin)]
  const { word } = levelOf(level)
  return (
    <>
      <h2 class={word}>
        <bdi>{visible(msg)}</bdi>
      </h2>
      <p class="about">
        <span class={`level ${word}`}>{word}</span> {dateText(time)} {timeText(time)}{' '}
        <bdi>{oneLine(lanes.get(lane)?.source ?? '')}</bdi>
      </p>
      {error && <ErrorView error={error.value} />}
      {fields ? (
        <dl>
          {sorted.map(([key, value]) => (
            <Field key={key} name={key} value={value} filterField={filterField} />
          ))}
        </dl>
      ) : (
        <pre>{visible(text)}</pre>
      )}
      {isCut && <p>The record is longer than what is shown.</p>}
    </>
  )
}

/** Shown as the title. */
const TITLES = new Set(['msg', 'message'])
/** Fields of every record, which come last. */
const ORIGIN = new Set(['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'lib', 'hostname'])

interface FieldProps {
  readonly name: string
  readonly value: unknown
  readonly filterField: DetailProps['filterField']
}

const TRACES = new Set(['trace_id', 'traceId', 'trace.id', 'span_id', 'requestId', 'reqId'])

function Field({ name, value, filterField }: FieldProps) {
  const isText = typeof value === 'string'
  const text = isText ? value : JSON.stringify(value, undefined, 2)
  const isPlain = typeof value !== 'object' && text.length < 200
  return (
    <>
      <dt class={TRACES.has(name) ? 'trace' : ''}>
        <bdi>{oneLine(name)}</bdi>
      </dt>
      <dd>
        {text.includes('\n') ? <pre>{visible(text)}</pre> : <bdi>{visible(text)}</bdi>}
        {isPlain && (
          <button
            type="button"
            class="same"
            title="Show only records with this value"
            aria-label={`Show only records with this ${oneLine(name)}`}
            onClick={() => filterField(`${name}=${text}`)}
          >
            =
          </button>
        )}
      </dd>
    </>
  )
}

interface AroundProps {
  readonly row: number
  readonly lanes: ReadonlyMap<number, Lane>
  readonly go: (entry: Entry) => void
}

interface Near {
  readonly records: readonly Entry[]
  readonly count: number
  readonly lanes: number
}

function Around({ row, lanes, go }: AroundProps) {
  const near = useLatest<Near>(`around?row=${row}&ms=${NEAR}&n=100`)
  if (!near) return null
  const at = near.records.find((each) => each.row === row)?.time ?? 0
  return (
    <section class="around" aria-labelledby="around">
      <h3 id="around">
        {countText(near.count)} {near.count === 1 ? 'record' : 'records'} within {NEAR} ms, in{' '}
        {near.lanes} {near.lanes === 1 ? 'lane' : 'lanes'}
      </h3>
      <ol>
        {near.records.map((entry) => (
          <li key={entry.row}>
            <button type="button" onClick={() => go(entry)} aria-current={entry.row === row}>
              <span class="time">{signed(entry.time - at)}</span>
              <span class={`level ${levelOf(entry.level).word}`}>
                {levelOf(entry.level).letter}
              </span>
              <span class="lane">
                <bdi>{oneLine(lanes.get(entry.lane)?.source ?? '')}</bdi>
              </span>
              <span class="msg">
                <bdi>{oneLine(entry.msg)}</bdi>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

function signed(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${Math.abs(ms).toFixed(1)}`
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}
