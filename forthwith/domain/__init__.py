"""Pure rules: standard library only, no clock, no I/O; time and ids are passed in."""
