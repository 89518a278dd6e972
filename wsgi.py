# SPDX-License-Identifier: BSD-3-Clause
"""What a WSGI server loads."""

import os

from archive.app import create_app
from archive.bootstrap import build_services
from archive.config import Config

app = create_app(build_services(Config.from_environ(os.environ)))
