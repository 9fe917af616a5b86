"""The emulator's figures: `python -m bench.emulator --help`."""
