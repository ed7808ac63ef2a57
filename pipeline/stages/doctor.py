"""Check this machine and its engine for `make release`. Nothing is changed."""

from pipeline import machine
from pipeline.stages import Context, engine


def run(context: Context) -> None:
    machine.look(context, ["release"])
    engine.check(context)
    machine.check_space(context, engine.root_folder(context))
    context.success(f"{engine.versions(context)}. Next: {context.make('release')}")
