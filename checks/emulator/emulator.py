"""An emulated AWS on this machine, and the AWS CDK's CLI with no way to any other."""

import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

# First of all, since boto3 reads the environment as soon as it is imported: no credentials, profile or endpoint stays.
for name in list(os.environ):
    if name.startswith(("AWS_", "CDK_")):
        del os.environ[name]
os.environ |= {
    "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true",
}

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

from repairs import repair

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "node_modules" / ".bin"
ACCOUNT = "123456789012"
REGION = "us-east-1"


class Failure(Exception):
    """A step failed. The message says how, and the log, if any, holds what the step wrote."""

    def __init__(self, message: str, log: str = ""):
        super().__init__(message)
        self.log = log


class Emulator:
    """moto, in this process, from `with` to its end. Its own log and those of the CLI go to the folder."""

    def __init__(self, folder: Path):
        self.unknown: set[str] = set()
        self._folder = folder
        self._log = folder / "emulator.log"
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._clients = {}

    def __enter__(self) -> "Emulator":
        self._collect_logs()
        repair()
        self._server.start()
        # By name: with an address moto looks for the bucket's name in the host's.
        self._url = f"http://localhost:{self._server.get_host_and_port()[1]}"
        self._point_here()
        return self

    def __exit__(self, *_) -> None:
        self._server.stop()
        logging.shutdown()

    def client(self, service: str):
        """A client of one of the emulator's services."""
        self._guard()
        if service not in self._clients:
            self._clients[service] = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
        return self._clients[service]

    def cdk(self, log: str, *arguments: str, downloads: bool = False) -> str:
        """Runs the pinned CLI and returns what it wrote. Only with downloads can it reach more than this machine."""
        self._guard()
        environment = dict(os.environ)
        if not downloads:
            # Whatever is not for localhost ends at the emulator too, which is no proxy.
            proxies = {"http_proxy": self._url, "https_proxy": self._url, "no_proxy": "localhost"}
            environment |= proxies | {name.upper(): value for name, value in proxies.items()}
        path = self._folder / f"{log}.log"
        seconds = 900 if downloads else 120
        try:
            with path.open("wb") as output:
                status = subprocess.run(
                    [TOOLS / "cdk", *arguments, "--no-notices", "--no-color"], cwd=ROOT, env=environment, timeout=seconds,
                    stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                ).returncode
        except FileNotFoundError:
            raise Failure("the CDK's CLI is not installed: run make demo") from None
        except subprocess.TimeoutExpired:
            raise Failure(f"cdk {arguments[0]} did not end within {seconds} s", self.log(path)) from None
        if status != 0:
            raise Failure(f"cdk {arguments[0]} ended with status {status}", self.log(path))
        return path.read_text(errors="replace")

    def log(self, of_cli: Path | None = None) -> str:
        """What the CLI wrote, if it is asked for, and what the emulator complained about."""
        texts = [path.read_text(errors="replace").strip() for path in (of_cli, self._log) if path]
        return "\n\n".join(text for text in texts if text)

    def _collect_logs(self) -> None:
        """Sends the emulator's complaints to a file, and notes the resource types that it says it does not know."""
        logging.captureWarnings(True)
        logging.basicConfig(filename=self._log, level=logging.WARNING, format="%(message)s", force=True)
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        logging.getLogger("py.warnings").addFilter(lambda r: "but it's not supported by moto" not in r.getMessage())
        logging.getLogger("moto").addFilter(self._note_unknown_type)

    def _note_unknown_type(self, record: logging.LogRecord) -> bool:
        found = re.fullmatch(r"No Moto CloudFormation support for (\S+)", record.getMessage())
        if found:
            self.unknown.add(found[1])
        return not found

    def _point_here(self) -> None:
        """Gives this process, and all that it starts, worthless credentials and the emulator's endpoint."""
        for name in ("no_proxy", "NO_PROXY"):
            os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost"]))
        os.environ |= {
            "AWS_ENDPOINT_URL": self._url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            "CDK_HOME": str(self._folder / "cdk-home"),
            "CDK_VALIDATION": "false",
            "PATH": f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}",
        }

    def _guard(self) -> None:
        """Refuses to go on if anything but the emulator could be meant."""
        endpoints = {name: value for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_URL")}
        if endpoints != {"AWS_ENDPOINT_URL": self._url} or urlsplit(self._url).hostname != "localhost":
            raise Failure(f"the endpoint of AWS is not the emulator's: {endpoints}")
        if os.environ.get("AWS_ACCESS_KEY_ID") != "testing" or "AWS_PROFILE" in os.environ:
            raise Failure("there are other credentials than the emulator's")


def end_cleanly_when_terminated() -> None:
    """Makes SIGTERM unwind the stack, so that the temporary folder goes too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
