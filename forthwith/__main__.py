"""`python -m forthwith`."""

from forthwith.cli import main

raise SystemExit(main())
