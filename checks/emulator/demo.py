"""Deploys the reference app to an emulated AWS, twice, with the CDK's own CLI: python checks/emulator/demo.py

It shows what stands in dev, staging and prod, and ends with status 1 if a value that a template states is not what the
emulator's own services tell, or if the second deployment changes anything. No real account can be reached.
"""

import re
import sys
import tempfile
import textwrap
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

START = time.perf_counter()
sys.dont_write_bytecode = True

import emptying
import workflow
from emulator import ACCOUNT, REGION, Emulator, Failure, end_cleanly_when_terminated
from readback import IGNORED_PROPERTIES, IGNORED_TYPES, Report, compare, snapshot
from templates import Stack, load

# moto knows exports only of stacks that were made without a change set, and no weak references between stacks.
STRONG_REFERENCES = ("-c", "@aws-cdk/core:defaultCrossStackReferences=strong")
# Off unless asked for.
WITH_OPTIONS = ("-c", "plinth:dev:airflow=true", "-c", "plinth:dev:hyperpod=true", "-c", "plinth:staging:airflow=serverless")
DEPLOY = ("deploy", "**", "--require-approval", "never", "--method", "direct")


@contextmanager
def step(label: str):
    """One line of output: what is done, then the seconds that it took."""
    print(f"  {label:<64}", end="", flush=True)
    start = time.perf_counter()
    try:
        yield
    except BaseException:
        print("failed")
        raise
    print(f"{time.perf_counter() - start:5.1f} s")


def run(folder: Path) -> None:
    """All steps. Any that fails raises."""
    assembly = folder / "assembly"
    with Emulator(folder) as emulator:
        print(f"Plinth on an emulated AWS: moto {version('moto')}, on this machine only\n")
        with step("synthesize all stages; bootstrap the account"), ThreadPoolExecutor() as pool:
            jobs = [
                pool.submit(emulator.cdk, "synth", "synth", "**", *STRONG_REFERENCES, *WITH_OPTIONS, "--output", str(assembly),
                            "--quiet", downloads=True),
                pool.submit(emulator.cdk, "bootstrap", "bootstrap", f"aws://{ACCOUNT}/{REGION}"),
            ]
            for job in jobs:
                job.result()
        stacks = load(assembly)
        with step(f"deploy {len(stacks)} stacks"):
            emulator.cdk("first-deploy", *DEPLOY, "--app", str(assembly))
        with step("read back what stands"):
            report = compare(emulator, stacks)
            before = snapshot(emulator, stacks)
        with step("deploy again"):
            output = emulator.cdk("second-deploy", *DEPLOY, "--app", str(assembly))
            report.wrong += changes(output, before, snapshot(emulator, stacks))
        with step("run dev's workflow, with no capacity at first"):
            steps, wrong = workflow.run(emulator, stacks)
            report.wrong += wrong
        print("".join(f"      {line}\n" for line in steps), end="")
        with step("fill the buckets, update, then delete dev"):
            report.wrong += emptying.check(emulator, stacks, str(assembly))
        show_resources(stacks, report)
        show_ignored(stacks)
        if report.wrong:
            raise Failure("\n  ".join([f"{len(report.wrong)} findings", *report.wrong]), emulator.log())
    print(f"\nPassed in {time.perf_counter() - START:.1f} s: {sum(report.agreed.values())} values are what the templates "
          f"state,\nno VPC has a way out, and the second deployment changed nothing in any of the {len(stacks)} stacks.\n"
          "Dev's workflow trained on spot, at the second try, and registered a model for approval.\n"
          "Dev's buckets were emptied with its stack, by no update before, and the other stages' not at all.")


def changes(output: str, before: dict, after: dict) -> list[str]:
    """What the second deployment changed, or tried to."""
    unchanged = set(re.findall(r"✅  \S+ \((\S+)\) \(no changes\)", output))
    unchanged -= set(re.findall(r"^(\S+): (?:creating|updating) stack", output, re.MULTILINE))
    found = [name for name in before if name not in unchanged]
    moved = [name for name in before if before[name] != after[name]]
    return [
        *(f"{name}: the second deployment found changes" for name in found),
        *(f"{name}: the second deployment left other events or resources" for name in moved),
    ]


def show_resources(stacks: list[Stack], report: Report) -> None:
    """A table: how many resources of each type stand in each stage, and how many of their values were read back."""
    stages = list(dict.fromkeys(s.stage for s in stacks))
    counts = Counter((s.part, r["Type"], s.stage) for s in stacks for r in s.resources.values())
    heading = "".join(f"{stage:>9}" for stage in stages)
    print(f"\n{'What stands':<36}{heading}   values read back")
    for part in dict.fromkeys(s.part for s in stacks):
        print(part)
        for kind in sorted({t for p, t, _ in counts if p == part and t not in IGNORED_TYPES}):
            numbers = "".join(f"{counts[part, kind, stage]:>9}" for stage in stages)
            print(f"  {short(kind):<34}{numbers}   {report.agreed[part, kind]:>4} of {report.stated[part, kind]}")


def show_ignored(stacks: list[Stack]) -> None:
    """What this run proves nothing about, and why."""
    counts = Counter(r["Type"] for s in stacks for r in s.resources.values())
    ignored = {}
    for kind, reason in IGNORED_TYPES.items():
        ignored.setdefault(reason, []).append(f"{short(kind)} ({counts[kind]})")
    for kind, (reason, names) in IGNORED_PROPERTIES.items():
        ignored.setdefault(reason, []).append(f"{short(kind)} {' '.join(sorted(names))}")
    print("\nIgnored by moto, so that only the templates tell")
    for reason, entries in ignored.items():
        print(textwrap.fill(f"{reason}: {', '.join(entries)}", 100, initial_indent="  ", subsequent_indent="      "))


def short(kind: str) -> str:
    """AWS::S3::Bucket as S3 Bucket."""
    return kind.removeprefix("AWS::").replace("::", " ")


def main() -> int:
    """The exit status."""
    end_cleanly_when_terminated()
    try:
        with tempfile.TemporaryDirectory(prefix="plinth-demo-") as folder:
            run(Path(folder))
    except Failure as failure:
        print(f"{failure.log}\n\nFailed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
