"""The only place with SQL. One portable text serves SQLite and PostgreSQL; hot statements may differ by engine."""
