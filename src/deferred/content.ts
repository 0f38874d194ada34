// Content: what a record says, made from what its library has content.

export interface Content {
  readonly msg: string
  /** As `encodeFields` makes it. */
  readonly fields: string
}

export type Values = Readonly<Record<string, unknown>>
