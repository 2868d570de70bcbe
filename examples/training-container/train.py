"""Trains an XGBoost model that tells two classes apart, the way SageMaker runs a training container.

SageMaker talks to the container through files below /opt/ml:
  input/config/hyperparameters.json  settings; all values are strings
  input/data/train, .../validation   CSV files without a header, the label (0 or 1) first
  checkpoints/                       copied to S3 while training runs, and back when a stopped job starts again
  model/                             what is here at the end becomes the model artifact
  output/failure                     why training failed; SageMaker shows its first 1,024 characters
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

import numpy as np
import xgboost as xgb

# Tests set another root.
ROOT = Path(os.environ.get("ML_ROOT", "/opt/ml"))
CHECKPOINTS = ROOT / "checkpoints"

# Each hyperparameter: its type, its default, the lowest and the highest value.
HYPERPARAMETERS = {
    "num_round": (int, 100, 1, 100_000),
    "max_depth": (int, 6, 1, 20),
    "eta": (float, 0.3, 0.001, 1.0),
    "seed": (int, 0, 0, 2**31 - 1),
    "checkpoint_every": (int, 10, 1, 100_000),
}

STOPPED = 128 + signal.SIGTERM  # the usual exit code of a process that SIGTERM ended


class Refused(Exception):
    """The input is wrong. The message says what to change, and holds no training data."""


class Stop:
    """Remembers that SageMaker asked to stop. It sends SIGTERM, and ends the container 120 seconds later."""

    def __init__(self):
        self.asked = False
        signal.signal(signal.SIGTERM, self.ask)

    def ask(self, *_):
        self.asked = True


def read_hyperparameters():
    path = ROOT / "input/config/hyperparameters.json"
    given = json.loads(path.read_text()) if path.exists() else {}
    values = {name: default for name, (_, default, _, _) in HYPERPARAMETERS.items()}
    for name, text in given.items():
        # SageMaker's tuning jobs and SDK add some of their own.
        if name.startswith(("_", "sagemaker_")):
            continue
        if name not in HYPERPARAMETERS:
            raise Refused(f"there is no hyperparameter {name}; there are {', '.join(HYPERPARAMETERS)}")
        kind, _, low, high = HYPERPARAMETERS[name]
        wrong = Refused(f"hyperparameter {name} is {text!r}; it has to be of type {kind.__name__}, from {low} to {high}")
        try:
            values[name] = kind(text)
        except ValueError:
            raise wrong from None
        if not low <= values[name] <= high:
            raise wrong
    return values


def read_channel(name):
    """Reads all CSV files of a channel."""
    folder = ROOT / "input/data" / name
    if not folder.is_dir():
        raise Refused(f"the channel {name} is missing")
    paths = sorted(path for path in folder.rglob("*.csv") if path.stat().st_size > 0)
    if not paths:
        raise Refused(f"the channel {name} has no .csv file with rows")
    parts = []
    for path in paths:
        try:
            parts.append(np.loadtxt(path, delimiter=",", dtype=np.float32, comments=None, ndmin=2))
        except ValueError:
            raise Refused(f"{path.relative_to(folder)} in channel {name} isn't all numbers in rows of the same length") from None
        if parts[-1].shape[1] != parts[0].shape[1]:
            raise Refused(f"{path.relative_to(folder)} in channel {name} has another number of columns than the file before it")
    rows = np.concatenate(parts)
    if rows.shape[1] < 2:
        raise Refused(f"the channel {name} has a label but no features")
    if set(np.unique(rows[:, 0])) != {0, 1}:
        raise Refused(f"the first column of channel {name} has to hold the labels 0 and 1, both of them")
    return xgb.DMatrix(rows[:, 1:], label=rows[:, 0])


def save(booster, path):
    """Writes the whole file or nothing, so that a stop in between leaves no half of a model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(".unfinished.json")
    booster.save_model(unfinished)
    os.replace(unfinished, path)


def save_checkpoint(booster):
    rounds = booster.num_boosted_rounds()
    save(booster, CHECKPOINTS / f"rounds-{rounds:06d}.json")
    print(f"checkpoint after round {rounds}", flush=True)


def resume(booster):
    """Loads the newest checkpoint, if there is one. Returns how many rounds it has."""
    checkpoints = sorted(CHECKPOINTS.glob("rounds-*.json"))
    if not checkpoints:
        return 0
    booster.load_model(checkpoints[-1])
    rounds = booster.num_boosted_rounds()
    print(f"resuming after round {rounds}", flush=True)
    return rounds


def report(booster, validation):
    """Prints the metric. The regex of a metric definition that reads it: validation-auc: ([0-9.]+)"""
    auc = float(booster.eval(validation, "validation").rsplit(":", 1)[1])
    print(f"validation-auc: {auc:.6f}", flush=True)


def train(stop):
    """Returns the exit code."""
    settings = read_hyperparameters()
    training = read_channel("train")
    validation = read_channel("validation")
    if training.num_col() != validation.num_col():
        raise Refused("the channels train and validation have different numbers of columns")

    params = {name: settings[name] for name in ("max_depth", "eta", "seed")}
    params |= {"objective": "binary:logistic", "eval_metric": "auc"}
    booster = xgb.Booster(params, [training, validation])
    start = resume(booster)

    for number in range(start, settings["num_round"]):
        if stop.asked:
            break
        booster.update(training, number)
        print(f"round {number + 1}", flush=True)
        report(booster, validation)
        if (number + 1) % settings["checkpoint_every"] == 0:
            save_checkpoint(booster)

    if stop.asked:
        if booster.num_boosted_rounds() > 0:
            save_checkpoint(booster)
        print("stopped before the end", flush=True)
        return STOPPED
    report(booster, validation)
    save(booster, ROOT / "model/model.json")
    return 0


def main():
    stop = Stop()
    try:
        return train(stop)
    except Refused as refused:
        reason = str(refused)
    except Exception as error:
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
    print(f"failed: {reason}", file=sys.stderr)
    output = ROOT / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "failure").write_text(reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
