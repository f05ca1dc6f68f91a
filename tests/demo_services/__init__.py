"""Four small services with the real OpenTelemetry SDK, for tests of `test run`: api asks cache and db, worker asks db."""
