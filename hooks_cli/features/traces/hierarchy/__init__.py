"""The four levels of validation: span, service, cross_service, trace."""
