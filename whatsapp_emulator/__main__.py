"""``python -m whatsapp_emulator`` is the command ``whatsapp-emulator``."""

import sys

from whatsapp_emulator.cli import main

sys.exit(main())
