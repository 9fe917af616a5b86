"""The server's figures: `make bench`, or `python -m bench.server --help`."""
