// The stock: a process that prints with the console only.

process.on('message', (url) => console.log('stock for %s', url))
process.on('SIGTERM', () => {}) // ends when the server does
