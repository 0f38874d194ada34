// Register: has no exports; it is loaded for what it does.
export {}
