"""The command `forthwith`. Every failure is one sentence on standard error; settings that cannot be used exit 78."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from forthwith import __version__

T = TypeVar("T")

EX_UNAVAILABLE = 69  # sysexits.h: a port or the store cannot be had
EX_CONFIG = 78


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    from forthwith.config import ConfigurationError

    try:
        return run(arguments)
    except ConfigurationError as error:
        print("forthwith cannot use its settings:", *error.faults, sep="\n  ", file=sys.stderr)
        return EX_CONFIG
    except KeyboardInterrupt:
        return 130
    except Failure as failure:
        print(f"forthwith: {failure}", file=sys.stderr)
        return failure.exit_code


class Failure(Exception):
    """A command cannot do its work; the text is a sentence for the person who typed it."""

    exit_code = 1


class Unavailable(Failure):
    """Something outside is in the way."""

    exit_code = EX_UNAVAILABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="forthwith",
        description="A self-hosted WhatsApp Business team inbox.",
        epilog="Settings come from FORTHWITH_* in the environment, or from a TOML file named by FORTHWITH_CONFIG.",
    )
    parser.add_argument("--version", action="version", version=f"forthwith {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(
        name: str, run: Callable[[argparse.Namespace], int], meaning: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=meaning, description=meaning)
        command.set_defaults(run=run)
        return command

    add("demo", _demo, "try it on this machine, with an emulator in place of WhatsApp")
    add("serve", _serve, "run the server")
    add("migrate", _migrate, "bring the store's schema up to date (serve does so as well)")
    add("check-config", _check_config, "check the settings as serve would")
    trace = add("trace", _trace, "tell what has happened to a message, hop by hop")
    trace.add_argument("client_id", metavar="CLIENT_ID")
    trace.add_argument("--json", action="store_true", help="as the API answers it")
    user = commands.add_parser("user", help="manage agents").add_subparsers(
        metavar="ACTION", required=True
    )
    new = user.add_parser(
        "add", help="add an agent", description="Add an agent, member of every inbox."
    )
    new.add_argument("email")
    new.add_argument("--name", required=True, help="as contacts' colleagues see it")
    new.add_argument(
        "--password-stdin",
        action="store_true",
        required=True,
        help="read the password from standard input",
    )
    new.set_defaults(run=_add_user)
    return parser


def _sentences(work: Callable[[], T]) -> T:
    """Do the work; what is known to go wrong with a store or a port becomes the sentence it carries."""
    from forthwith.administration import Refused
    from forthwith.demo.processes import ChildFailed
    from forthwith.listening import PortTaken
    from forthwith.store.data_folder import FolderUnusable
    from forthwith.store.database import StorageUnavailable
    from forthwith.store.migrate import SchemaTooNew

    try:
        return work()
    except Refused as error:
        raise Failure(str(error)) from error
    except (ChildFailed, PortTaken, FolderUnusable, SchemaTooNew) as error:
        raise Unavailable(str(error)) from error
    except StorageUnavailable as error:
        raise Unavailable(f"The store cannot be opened: {error}.") from error


def _demo(arguments: argparse.Namespace) -> int:
    from forthwith.demo.run import demo

    return _sentences(demo)


def _serve(arguments: argparse.Namespace) -> int:
    from forthwith import config, log

    settings = config.load()
    log.start(settings.log_level)
    from forthwith.serve import serve

    return _sentences(lambda: serve(settings))


def _migrate(arguments: argparse.Namespace) -> int:
    from forthwith import config

    settings = config.load(serving=False)
    from forthwith.administration import migrate_store

    _sentences(lambda: migrate_store(settings))
    print("The store's schema is up to date.")
    return 0


def _add_user(arguments: argparse.Namespace) -> int:
    from forthwith import config

    settings = config.load(serving=False)
    password = sys.stdin.readline().rstrip("\r\n")
    from forthwith.administration import add_agent

    email = _sentences(lambda: add_agent(settings, arguments.email, arguments.name, password))
    print(f"{email} can sign in now.")
    return 0


def _trace(arguments: argparse.Namespace) -> int:
    from forthwith import config

    settings = config.load(serving=False)
    from forthwith.administration import read_trace

    trace, sender = _sentences(lambda: read_trace(settings, arguments.client_id))
    if arguments.json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(trace)).decode())
    else:
        from forthwith.trace_table import table

        print(table(trace, sender))
    return 0


def _check_config(arguments: argparse.Namespace) -> int:
    from forthwith import config

    settings = config.load()
    print(f"The settings can be used; browsers find the inbox at {settings.browser_url}.")
    return 0
