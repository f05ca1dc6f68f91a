"""The services of a test: processes and containers, readiness, and the proxies that inject network faults."""
