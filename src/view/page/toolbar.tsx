// Toolbar: the filters, how many records they leave, and whether the page follows the log.

import { type Filters, type Found, NO_FILTERS, type State } from './model.js'
import { countText, LEVELS } from './words.js'

export interface ToolbarProps {
  readonly filters: Filters
  readonly setFilters: (filters: Filters) => void
  readonly state: State
  readonly isLost: boolean
  readonly found: Found | undefined
  readonly isFollowing: boolean
  readonly setFollowing: (isFollowing: boolean) => void
}

export function Toolbar(props: ToolbarProps) {
  const { filters, setFilters, isFollowing, setFollowing } = props
  const set =
    (key: keyof Filters) => (event: { readonly currentTarget: { readonly value: string } }) =>
      setFilters({ ...filters, [key]: event.currentTarget.value })
  const hasAny = Object.values(filters).some((value) => value !== '')
  return (
    <search class="toolbar" aria-label="Filters">
      <input
        type="search"
        id="text"
        placeholder="Search text"
        aria-label="Search text"
        value={filters.text}
        onInput={set('text')}
      />
      <select id="level" aria-label="Lowest level" value={filters.level} onChange={set('level')}>
        <option value="">all levels</option>
        {LEVELS.map(({ number, word }) => (
          <option key={number} value={String(number)}>
            {word}
            {number < 60 ? ' and above' : ''}
          </option>
        ))}
      </select>
      <Input id="name" label="Logger name" hint="name: db.*, !http" {...{ filters, set }} />
      <Input id="source" label="Source" hint="source: fork#1" {...{ filters, set }} />
      <Input id="field" label="Field" hint="field: user.id=7" {...{ filters, set }} />
      {hasAny && (
        <button type="button" onClick={() => setFilters(NO_FILTERS)}>
          Clear
        </button>
      )}
      <label class="follow">
        <input
          type="checkbox"
          id="follow"
          checked={isFollowing}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />{' '}
        Follow
      </label>
      <Status {...props} />
    </search>
  )
}

interface InputProps {
  readonly id: keyof Filters
  readonly label: string
  readonly hint: string
  readonly filters: Filters
  readonly set: (
    key: keyof Filters,
  ) => (event: { readonly currentTarget: { readonly value: string } }) => void
}

function Input({ id, label, hint, filters, set }: InputProps) {
  return (
    <input
      type="text"
      id={id}
      aria-label={label}
      placeholder={hint}
      value={filters[id]}
      onInput={set(id)}
      spellcheck={false}
      autocomplete="off"
    />
  )
}

function Status({ state, found, isLost }: ToolbarProps) {
  const { count, done, size, isComplete } = state
  const parts = [
    found && found.found !== count
      ? `${countText(found.found)} of ${countText(count)}`
      : countText(count),
  ]
  if (found && found.scanned < found.total)
    parts.push(`searched ${percent(found.scanned, found.total)}`)
  if (!isComplete && done < size) parts.push(`read ${percent(done, size)}`)
  if (state.late > 0) parts.push(`${countText(state.late)} came late`)
  if (isLost) parts.push('the command has ended')
  return (
    <output class="status" aria-live="off">
      {`${parts[0]} records`}
      {parts.slice(1).map((part) => `, ${part}`)}
    </output>
  )
}

function percent(part: number, all: number): string {
  return `${Math.floor((100 * part) / Math.max(1, all))} %`
}
