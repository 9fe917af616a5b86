"""Use cases, named by verbs. None imports another; what they share lies in `store` or `domain`."""
