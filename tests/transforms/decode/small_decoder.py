"""A decoding process that may hold 160 MB beside a share of the file."""

from __future__ import annotations

import sys

import transforms.decode.limits
from transforms.decode.child import main

if __name__ == "__main__":
    transforms.decode.limits.MEMORY_BYTES = 160 << 20
    sys.exit(main(sys.argv[1:]))
