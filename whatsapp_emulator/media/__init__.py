"""Media: what may be uploaded, where the bytes lie, and how long."""
