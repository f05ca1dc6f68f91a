"""Reads, checks and compares traces: OTLP, Jaeger and Zipkin files, and rules on them."""
