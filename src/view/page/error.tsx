// Error: an error of a record, with its stack, its properties, its causes and the errors within it.

import { oneLine, visible } from './words.js'

type Fields = Readonly<Record<string, unknown>>

/** Most causes, and errors within errors. */
const DEEPEST = 10

/** The error of a record, and the key that it is under. */
export function errorOf(
  record: Fields,
): { readonly key: string; readonly value: Fields } | undefined {
  for (const key of ['err', 'error', 'exception']) {
    const value = record[key]
    if (isFields(value) && ('stack' in value || 'message' in value)) return { key, value }
  }
  return undefined
}

interface ErrorProps {
  readonly error: Fields
  readonly title?: string
  readonly depth?: number
}

export function ErrorView({ error, title = '', depth = 0 }: ErrorProps) {
  const { type, name = type, message, stack, cause, errors, ...rest } = error
  const head = `${typeof name === 'string' ? name : 'Error'}: ${textOf(message)}`
  const inner = Array.isArray(errors) ? errors.filter(isFields) : []
  return (
    <div class="error-view">
      <p>
        {title && <b>{title} </b>}
        <bdi>{visible(head)}</bdi>
      </p>
      {Object.entries(rest).map(([key, value]) => (
        <p key={key} class="property">
          <bdi>{oneLine(`${key}: ${textOf(value)}`)}</bdi>
        </p>
      ))}
      {typeof stack === 'string' && <pre>{visible(framesOf(stack))}</pre>}
      {depth < DEEPEST && isFields(cause) && (
        <ErrorView error={cause} title="caused by" depth={depth + 1} />
      )}
      {!isFields(cause) && cause !== undefined && (
        <p>
          <b>caused by</b> {visible(textOf(cause))}
        </p>
      )}
      {depth < DEEPEST &&
        inner.map((each, nth) => (
          <ErrorView key={nth} error={each} title={`error ${nth + 1}`} depth={depth + 1} />
        ))}
    </div>
  )
}

function framesOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return frames.length > 0 ? frames.join('\n') : stack
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
