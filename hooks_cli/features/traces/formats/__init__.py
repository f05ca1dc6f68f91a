"""The formats of trace files: OTLP as JSON and protobuf, Jaeger JSON, Zipkin v2."""
