"""The process of a run: `dm`, and `python -m dmcli`. Here is told what leaves no room even to load the command line.

Little is imported, since Ctrl-C leaves a traceback until main() has begun.
"""

from __future__ import annotations

import os
import signal
import sys

_FAILED = 8  # the exit code of local failures


def main() -> None:
    """Run `dm` with the process's arguments and end the process with the exit code.

    Until a command begins there is nothing to tidy up, so Ctrl-C ends the process as the other signals do: by itself.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from dmcli.cli.app import main as run

        run()
    except (ImportError, MemoryError, OSError) as error:
        try:
            said = (
                f"this machine does not let dm work: {error or 'there is not enough memory'}"  # untranslated: no room
            )
            os.write(2, f"dm: {said}\n".encode())
        except (MemoryError, OSError):
            sys.exit(_FAILED)  # nobody hears it
        sys.exit(_FAILED)


if __name__ == "__main__":
    main()
