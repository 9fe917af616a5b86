"""The control plane under ``/_control``: the levers tests and the phone page pull."""
