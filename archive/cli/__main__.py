# SPDX-License-Identifier: BSD-3-Clause
"""``python -m archive.cli`` is ``archive``."""

from archive.cli import main

if __name__ == "__main__":
    main(prog_name="archive")
