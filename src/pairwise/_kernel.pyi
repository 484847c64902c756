"""Compiled kernel of pairwise: arrays in, arrays out, no people."""



def version() -> str:
    """Return the version of pairwise that this kernel was built from."""
