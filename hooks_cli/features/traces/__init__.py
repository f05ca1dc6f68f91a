"""Reading, checking and comparing traces: OTLP, Jaeger and Zipkin files, and what rules say about them."""
