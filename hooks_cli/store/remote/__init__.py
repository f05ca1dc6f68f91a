"""Many machines, one memory: a log of sealed records on a server, and the embedded store as each machine's replica of it."""
