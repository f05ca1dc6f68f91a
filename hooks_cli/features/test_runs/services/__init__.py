"""The services of a test and the ways to them: processes and containers, readiness, and the proxies that carry network faults."""
