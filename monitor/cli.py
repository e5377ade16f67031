"""`buurtbeeld`: one function a verb. A verb appears here when it works."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from types import FrameType
from typing import Any

import typer

from config.errors import ExitCode, FixableError
from monitor.commands import configuration, fetching, figures, loading, reporting, serving
from monitor.commands.options import (
    ConfigOption,
    JsonOption,
    LangOption,
    WarehouseOption,
    error_record,
    forget,
    remember,
    say_json,
    tell,
)

#: What typer raises for a wrong command line. It carries its own copy of click, which has no public name.
WrongCommandLine = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

# Many small regressions: more threads per regression only stand in each other's way (measured: up to 50 times slower
# on a busy machine). Work is spread over municipalities instead. Read when numpy is first imported.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

app = typer.Typer(
    name="buurtbeeld",
    help="A municipality's own neighbourhood safety monitor: from one YAML file and source files to a live site.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(
    config: ConfigOption = None, warehouse: WarehouseOption = None, as_json: JsonOption = None, lang: LangOption = None
) -> None:
    """A municipality's own neighbourhood safety monitor."""
    remember(config, warehouse, as_json, lang)


for verb in (
    serving.demo,
    configuration.init,
    configuration.validate,
    configuration.schema,
    fetching.fetch,
    loading.preview,
    loading.load,
    loading.status,
    loading.withdraw,
    loading.rollback,
    loading.verify,
    serving.serve,
    figures.export,
    reporting.report,
):
    app.command(name=verb.__name__)(verb)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code (see `config.errors.ExitCode`)."""
    forget()
    signal.signal(signal.SIGTERM, _stop)
    try:
        found = app(args=arguments, standalone_mode=False)
        return int(found) if isinstance(found, int) else ExitCode.DONE
    except FixableError as error:
        if remember(None, None, None, None).json:
            say_json(error_record(error))
        tell(error.findings)
        return error.exit_code
    except WrongCommandLine as error:
        error.show()  # type: ignore[attr-defined]
        return ExitCode.USAGE
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("stopped\n")
        return ExitCode.STOPPED
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.DONE
    except Exception:  # a bug: shown whole, so that it can be reported
        traceback.print_exc()
        return ExitCode.BUG


def _stop(number: int, frame: FrameType | None) -> Any:
    """SIGTERM stops like Ctrl-C: what is half done is put back."""
    raise KeyboardInterrupt


def run() -> None:
    """Entry point of the console script."""
    sys.exit(main())


if __name__ == "__main__":
    run()
