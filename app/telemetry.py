"""What is told about this app to others: nothing."""

from fastapi.telemetry import TelemetryConfig

NO_TELEMETRY: TelemetryConfig = {'tracing': False, 'metrics': False, 'logs': False, 'auto_configure': False}
"""The framework could report requests and errors; this app does not."""
