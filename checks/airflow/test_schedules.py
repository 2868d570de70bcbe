"""Holds internal/schedule/testdata/airflow.txt, which Go's tests read, against Airflow's own reader of cron expressions.

Run in the repository's root: checks/airflow/.venv/bin/python checks/airflow/test_schedules.py
"""

import sys
import unittest
from pathlib import Path

from croniter import croniter
from croniter.croniter import CroniterError

sys.dont_write_bytecode = True
LINES = Path("internal/schedule/testdata/airflow.txt").read_text(encoding="utf-8").splitlines()


def runs(expression):
    """Whether the expression has a next time."""
    try:
        croniter(expression).get_next()
    except CroniterError:
        return False
    return True


class Expressions(unittest.TestCase):
    """Each line says what croniter does."""

    def test_there_are_both(self):
        self.assertEqual({line.split()[0] for line in LINES}, {"runs", "fails"})

    def test_lines(self):
        for line in LINES:
            want, expression = line.split(" ", 1)
            with self.subTest(expression):
                self.assertEqual(runs(expression), want == "runs")


if __name__ == "__main__":
    unittest.main()
