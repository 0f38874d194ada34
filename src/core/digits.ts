// Digits: numbers as text for a record, assembled from cached parts.
//
// V8 caches the text of each number it converts. The texts of a growing count are never used again, but the cache keeps
// them alive through the next garbage collections, which costs more than everything else a log call allocates.

/** The texts `000` to `999`. */
export const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, i) =>
  String(i).padStart(3, '0'),
)
