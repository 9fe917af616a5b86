"""What the demo says once everything runs."""

from forthwith.demo.seed import AGENTS, PASSWORD

WIDTH = 78


def welcome(inbox_url: str, emulator_url: str, server_pid: int) -> str:
    """Address, sign-in, and what to try."""
    ana, ben = AGENTS
    rule = "─" * WIDTH
    return f"""
{rule}
  Forthwith is running.

  Inbox        {inbox_url}
  Sign in      {ana} or {ben}, password {PASSWORD}
  Phones       {emulator_url}  (be the customer: write, read, switch the phone off)
  Console      {emulator_url}/console  (WhatsApp's side: the wire, faults, weather)

  Try
    1. Open the first conversation and answer. The bubble is there in the same
       frame; its ticks come from WhatsApp's webhooks.
    2. Sign in as {ben} in a private window and watch both at once.
    3. Switch a phone off, write to it, switch it on again. Then choose another weather in the
       console, "Answers lost" say, and write ten messages.
    4. kill -9 {server_pid} while you type. The server comes back; nothing is lost or sent twice.
    5. Open the browser's console: every message tells its way, by id.

  Ctrl-C stops everything.
{rule}"""
