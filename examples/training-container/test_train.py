"""Runs train.py as SageMaker does, as a process with a folder of files, and looks at what it leaves."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import xgboost as xgb

PROGRAM = Path(__file__).with_name("train.py")
METRIC = re.compile(r"validation-auc: ([0-9.]+)")


class TrainTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.failure = self.root / "output/failure"
        self.model = self.root / "model/model.json"
        random = np.random.default_rng(1)
        for name in ("train/1.csv", "train/more/2.csv", "validation/1.csv"):
            features = random.normal(size=(400, 4))
            noise = random.normal(scale=0.5, size=400)
            label = features[:, 0] - features[:, 1] + noise > 0
            self.write(name, np.column_stack([label, features]))

    def write(self, name, rows):
        path = self.root / "input/data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(path, rows, delimiter=",", fmt="%g")

    def start(self, **hyperparameters):
        path = self.root / "input/config/hyperparameters.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({name: str(value) for name, value in hyperparameters.items()}))
        # SageMaker adds the argument.
        return subprocess.Popen(
            [sys.executable, PROGRAM, "train"],
            env={**os.environ, "ML_ROOT": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def train(self, **hyperparameters):
        """Trains to the end. Returns the exit code and what was printed."""
        process = self.start(**hyperparameters)
        try:
            output, errors = process.communicate(timeout=60)
        finally:
            process.kill()
        return process.returncode, output + errors

    def checkpoints(self):
        folder = self.root / "checkpoints"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def trained(self, output):
        return re.findall(r"^round (\d+)$", output, re.MULTILINE)

    def assert_fails(self, reason, **hyperparameters):
        code, output = self.train(**hyperparameters)
        self.assertEqual(code, 1, output)
        self.assertIn(reason, self.failure.read_text())
        self.assertFalse(self.model.exists())

    def test_trains(self):
        code, output = self.train(num_round=7, checkpoint_every=3)
        self.assertEqual(code, 0, output)
        model = xgb.Booster(model_file=self.model)
        self.assertEqual(model.num_boosted_rounds(), 7)
        self.assertEqual(self.checkpoints(), ["rounds-000003.json", "rounds-000006.json"])
        self.assertFalse(self.failure.exists())

        # The printed metric is that of the model that was saved: counted here in another way, pair by pair.
        rows = np.loadtxt(self.root / "input/data/validation/1.csv", delimiter=",", dtype=np.float32)
        score = model.predict(xgb.DMatrix(rows[:, 1:]))
        ones, zeros = score[rows[:, 0] == 1][:, None], score[rows[:, 0] == 0][None, :]
        auc = np.mean((ones > zeros) + 0.5 * (ones == zeros))
        self.assertGreater(auc, 0.8)
        self.assertAlmostEqual(float(METRIC.findall(output)[-1]), auc, places=4)

    def test_all_files_of_a_channel_are_read(self):
        (self.root / "input/data/train/0.csv").touch()  # an empty file is passed over
        code, output = self.train(num_round=1)
        self.assertEqual(code, 0, output)
        both = self.model.read_text()
        (self.root / "input/data/train/more/2.csv").unlink()
        _, output = self.train(num_round=1)
        self.assertNotEqual(self.model.read_text(), both, output)

    def test_hyperparameters_are_used(self):
        self.train(num_round=1, max_depth=1)
        trees = xgb.Booster(model_file=self.model).get_dump()
        self.assertEqual(len(trees[0].splitlines()), 3)  # a split and two leaves

    def test_resumes(self):
        self.train(num_round=12)
        whole = xgb.Booster(model_file=self.model).get_dump()
        for path in (self.root / "checkpoints").iterdir():
            path.unlink()
        self.train(num_round=10, checkpoint_every=3)
        code, output = self.train(num_round=12)
        self.assertEqual(code, 0, output)
        self.assertEqual(self.trained(output), ["10", "11", "12"])
        self.assertEqual(xgb.Booster(model_file=self.model).get_dump(), whole)

    def test_resumes_with_the_hyperparameters_of_this_job(self):
        self.train(num_round=1, checkpoint_every=1, max_depth=4)
        self.train(num_round=2, max_depth=1)
        trees = xgb.Booster(model_file=self.model).get_dump()
        self.assertGreater(len(trees[0].splitlines()), 3)
        self.assertEqual(len(trees[1].splitlines()), 3)

    def test_a_broken_checkpoint(self):
        (self.root / "checkpoints").mkdir()
        (self.root / "checkpoints/rounds-000001.json").write_text("{")
        self.assert_fails("XGBoostError")

    def test_resumes_when_nothing_is_left_to_do(self):
        self.train(num_round=4, checkpoint_every=4)
        self.model.unlink()
        code, output = self.train(num_round=4)
        self.assertEqual(code, 0, output)
        self.assertEqual(self.trained(output), [])
        self.assertRegex(output, METRIC)
        self.assertTrue(self.model.exists())

    def test_half_a_checkpoint_is_not_taken(self):
        (self.root / "checkpoints").mkdir()
        (self.root / "checkpoints/.unfinished.json").write_text("{")
        code, output = self.train(num_round=2, checkpoint_every=1)
        self.assertEqual(code, 0, output)
        self.assertEqual(self.checkpoints(), ["rounds-000001.json", "rounds-000002.json"])

    def test_stops_when_asked(self):
        process = self.start(num_round=100_000, checkpoint_every=100_000, max_depth=2)
        try:
            while not METRIC.search(process.stdout.readline()):
                self.assertIsNone(process.poll())
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=30)
        finally:
            process.kill()
        self.assertEqual(process.returncode, 128 + signal.SIGTERM, errors)
        self.assertEqual(len(self.checkpoints()), 1)
        saved = xgb.Booster(model_file=self.root / "checkpoints" / self.checkpoints()[0]).num_boosted_rounds()
        self.assertFalse(self.model.exists())
        self.assertFalse(self.failure.exists())

        code, output = self.train(num_round=saved + 2)
        self.assertEqual(code, 0, output)
        self.assertEqual(len(self.trained(output)), 2)

    def test_wrong_hyperparameters(self):
        for name, text in {"num_round": "many", "eta": "nan", "max_depth": "0", "learning_rate": "0.1"}.items():
            with self.subTest(name):
                self.failure.unlink(missing_ok=True)
                self.assert_fails(name, **{name: text})

    def test_hyperparameters_of_sagemaker_are_passed_over(self):
        code, output = self.train(num_round=1, _tuning_objective_metric="auc", sagemaker_region="eu-west-1")
        self.assertEqual(code, 0, output)

    def test_missing_channels(self):
        for name in ("validation", "train"):
            with self.subTest(name):
                (self.root / "input/data" / name).rename(self.root / name)
                self.assert_fails(f"the channel {name} is missing")

    def test_wrong_data(self):
        for reason, rows in {
            "first column": [[2, 0, 0, 0, 0], [0, 1, 1, 1, 1]],
            "both of them": [[1, 0, 0, 0, 0], [1, 1, 1, 1, 1]],
            "no features": [[0], [1]],
            "different numbers of columns": [[0, 1], [1, 2]],
        }.items():
            with self.subTest(reason):
                self.write("validation/1.csv", rows)
                self.assert_fails(reason)

    def test_wrong_file_among_right_ones(self):
        for reason, text in {"another number of columns": "1,2\n", "isn't all numbers": "#1,2,3,4,5\n"}.items():
            with self.subTest(reason):
                (self.root / "input/data/train/3.csv").write_text(text)
                self.assert_fails(reason)

    def test_the_reason_holds_no_data(self):
        (self.root / "input/data/train/3.csv").write_text("1,2,3,4,jane.doe\n")
        self.assert_fails("3.csv in channel train isn't all numbers")
        self.assertNotIn("jane", self.failure.read_text())
        _, output = self.train()
        self.assertNotIn("jane", output)


if __name__ == "__main__":
    unittest.main()
